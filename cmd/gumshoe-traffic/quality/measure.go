package quality

import (
	"context"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// The time in which an attack has to be found. A prober must have been seen for
// as long as the goal says, a campaign or a break-in be over; then the next run
// that ends is the last that may find it. Campaigns have one more.
var deadlines = map[string]time.Duration{"20min": pace, "2h": 3 * pace, "1d": 8 * 24 * time.Hour}

// group is the sort that an attack's name begins with.
func group(e traffic.Expect) string {
	for g := range deadlines {
		if strings.HasPrefix(e.Attack, g+"-") {
			return g
		}
	}
	for _, g := range []string{"breakin", "flip"} {
		if strings.HasPrefix(e.Attack, g+"-") {
			return g
		}
	}
	return "campaign"
}

// measure compares a chronicle with its truth.
func (q *Quality) measure(ctx context.Context, c *chronicle) error {
	for _, e := range c.truth.Attacks {
		deadline := c.within(e.End, 0)
		switch g := group(e); g {
		case "campaign":
			deadline = c.within(e.End, pace)
		case "20min", "2h", "1d":
			deadline = c.within(e.Start, deadlines[g])
		}
		c.pursuits = append(c.pursuits, c.pursue(e, deadline))
	}
	c.honesty = c.judgeHonesty()
	if c.suite.Name == "honest" {
		if err := q.flagged(ctx, c); err != nil {
			return err
		}
	}
	if c.whole == "" {
		return nil
	}
	banned, err := q.peer.banned(ctx, c.whole)
	if err != nil {
		return err
	}
	for i := range c.pursuits {
		p := &c.pursuits[i]
		for _, s := range p.Sources {
			if at, ok := banned[s]; ok && !at.After(p.deadline) {
				p.peer = true
			}
		}
	}
	for s := range banned {
		a, err := netip.ParseAddr(s)
		if err != nil {
			continue
		}
		if claim, ok := c.truth.Lookup(a); !ok || claim.Label == traffic.Honest {
			c.honesty.peer = append(c.honesty.peer, claim.Actor)
		}
	}
	return nil
}

// honesty is what the runs did to those who did nothing.
type honesty struct {
	accused  map[string]map[string]bool // source, by actor
	kinds    map[string]map[string]bool // kinds of the cases, by actor
	planned  map[string]bool            // sources to be banned
	held     map[string]bool            // sources that only a guard saved
	high     map[string]string          // cases of level high or above that are no attack: what they say
	verify   map[string]string          // of them those about a break-in, at any level
	inside   map[string]bool            // honest sources in a network that is accused
	anomaly  map[string]bool            // cases about unusual traffic, level medium or above
	peer     []string                   // actors that the peer would have banned
	requests int                        // of honest sources, on the last day
	flagged  int                        // of them those that were taken for hostile
}

func (c *chronicle) judgeHonesty() honesty {
	h := honesty{accused: map[string]map[string]bool{}, kinds: map[string]map[string]bool{}, planned: map[string]bool{}, held: map[string]bool{},
		high: map[string]string{}, verify: map[string]string{}, inside: map[string]bool{}, anomaly: map[string]bool{}}
	for _, n := range c.nights {
		for _, g := range n.charges {
			h.add(g)
		}
	}
	return h
}

func (h *honesty) add(g charge) {
	for _, claims := range g.inside {
		for _, x := range claims {
			h.inside[x.Source] = true
		}
	}
	for _, x := range g.honest {
		put(h.accused, x.Actor, x.Source)
		put(h.kinds, x.Actor, g.Kind)
		switch g.Ban {
		case "planned":
			h.planned[x.Source] = true
			put(h.kinds, x.Actor, "to be banned")
		case "held":
			h.held[x.Source] = true
			put(h.kinds, x.Actor, "ban held")
		}
		for _, d := range g.Detections {
			if d == "break_in" {
				h.verify[g.ID] = g.Headline
			}
		}
	}
	culprit := len(g.Sources) > 0 && len(g.honest) == 0
	if g.Severity >= analyze.High && len(g.attackers) == 0 && !culprit {
		h.high[g.ID] = g.Headline
	}
	if g.Severity >= analyze.Medium && g.Kind == "traffic_anomaly" {
		h.anomaly[g.ID] = true
	}
}

func put(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

// hostileKinds are the kinds of events that flag a request.
var hostileKinds = map[string]bool{"auth_failure": true, "invalid_user": true, "probe": true, "relay_denied": true, "user_unknown": true, "reject": true, "abuse": true}

// flagged counts the honest requests of the last day that are taken for hostile.
func (q *Quality) flagged(ctx context.Context, c *chronicle) error {
	events, err := q.program.parse(ctx, filepath.Join(c.dir, "nginx", "access.log.1"))
	if err != nil {
		return err
	}
	for _, e := range events {
		a, err := netip.ParseAddr(e.Src)
		if err != nil || !c.who.isHonest(a) {
			continue
		}
		c.honesty.requests++
		if hostileKinds[e.Kind] {
			c.honesty.flagged++
		}
	}
	return nil
}
