package enrich

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/analyze"
)

// Getter fetches a document of the web. It follows no redirect: where one leads is
// for Registries to judge.
type Getter interface {
	Get(ctx context.Context, address string) (Reply, error)
}

// Reply is what a web server answered.
type Reply struct {
	Status     int
	Location   string        // where a redirect leads, with scheme and host
	RetryAfter time.Duration // how long to leave the server alone; 0: it does not say
	Body       []byte        // at most a little more than MaxAnswer
}

// Clock tells the time and lets it pass.
type Clock interface {
	Now() time.Time
	// Wait returns after a time, or with an error when ctx ends.
	Wait(ctx context.Context, d time.Duration) error
}

// Manners towards the registries, who give their answers away and shut out who
// asks for too many. A case is told by the few sources that a report shows of it.
const (
	betweenRequests = time.Second // to one server
	maxHops         = 4           // requests for one address: redirects and one more try
	ownersOfCase    = namesOfCase
	maxOwnersAsked  = 40 // addresses in a run
)

// Registries asks who owns the networks of the accused, by the registration data
// access protocol (RDAP).
type Registries struct {
	get    Getter
	clock  Clock
	owners *Owners
	budget time.Duration // of a run, in all

	end     time.Time // of the budget
	servers map[string]*registryServer
	asked   int
	missed  int
	why     error // the first thing that went wrong
}

// registryServer is how one server is getting on.
type registryServer struct {
	free time.Time // before it, nothing is asked
	down bool      // for the rest of the run
}

// NewRegistries returns Registries that keep answers in owners and take up to a
// budget of time.
func NewRegistries(g Getter, c Clock, owners *Owners, budget time.Duration) *Registries {
	return &Registries{get: g, clock: c, owners: owners, budget: budget, servers: map[string]*registryServer{}}
}

// Identify tells of each case from level medium on who owns the networks of its
// sources. Registries are asked for the first few of a case, until the budget is
// used up; what is not known then stays unknown. Those of skip, and addresses that
// are nobody's in public, are not asked for.
func (r *Registries) Identify(ctx context.Context, cases []analyze.Case, skip func(netip.Prefix) bool) {
	r.end = r.clock.Now().Add(r.budget)
	ctx, done := context.WithTimeout(ctx, r.budget)
	defer done()
	for i := range cases {
		c := &cases[i]
		if c.Level < analyze.Medium {
			continue
		}
		for _, p := range c.Sources[:min(len(c.Sources), ownersOfCase)] {
			if public(p.Addr()) && !skip(p) {
				r.learn(ctx, p)
			}
		}
	}
	now := r.clock.Now()
	for i := range cases {
		if c := &cases[i]; c.Level >= analyze.Medium {
			c.Identities = r.owners.fill(c, now)
		}
	}
}

// Missed returns how many addresses could not be asked for, and the first reason.
func (r *Registries) Missed() (int, error) { return r.missed, r.why }

// learn has the owner of a source's network in the cache, if it can be had.
func (r *Registries) learn(ctx context.Context, p netip.Prefix) {
	if _, ok := r.owners.get(p.Addr(), r.clock.Now()); ok {
		return
	}
	err := errTooMany
	if r.asked < maxOwnersAsked {
		r.asked++
		var owner Owner
		if owner, err = r.ask(ctx, p.Addr()); err == nil {
			if !owner.Network.IsValid() {
				owner.Network = p
			}
			r.owners.put(owner, r.clock.Now())
			return
		}
	}
	r.missed++
	r.why = cmp.Or(r.why, err)
}

var (
	errTooMany  = fmt.Errorf("more than %d addresses in one run", maxOwnersAsked)
	errNoTime   = errors.New("the time for it was used up")
	errDown     = errors.New("it failed before")
	errStranger = errors.New("a redirect leads to somebody who is no registry")
	errCircle   = errors.New("redirects lead on and on")
)

// ask asks the registries about an address, following them from one to the next. An
// Owner without a network is the clear answer that there is none.
func (r *Registries) ask(ctx context.Context, a netip.Addr) (Owner, error) {
	address := serviceFor(a) + "ip/" + a.String()
	for range maxHops {
		name, ok := serverOf(address)
		if !ok {
			return Owner{}, errStranger
		}
		reply, err := r.request(ctx, name, address)
		if err != nil {
			return Owner{}, fmt.Errorf("%s: %w", name, err)
		}
		switch reply.Status {
		case 200:
			owner, err := readOwner(reply.Body, a)
			if err != nil {
				return Owner{}, fmt.Errorf("%s: %w", name, err)
			}
			return owner, nil
		case 301, 302, 303, 307, 308:
			address = reply.Location
		case 404:
			return Owner{}, nil
		case 429, 503: // again, when it likes; request knows whether there is time
		default:
			return Owner{}, fmt.Errorf("%s: status %d", name, reply.Status)
		}
	}
	return Owner{}, errCircle
}

// request makes one request when the server may be asked again, if that is within
// the budget. A server that does not answer, or is in trouble, is left alone for
// the rest of the run.
func (r *Registries) request(ctx context.Context, name, address string) (Reply, error) {
	s := r.servers[name]
	if s == nil {
		s = &registryServer{}
		r.servers[name] = s
	}
	if s.down {
		return Reply{}, errDown
	}
	now := r.clock.Now()
	if !now.Before(r.end) || !s.free.Before(r.end) {
		return Reply{}, errNoTime
	}
	if wait := s.free.Sub(now); wait > 0 {
		if err := r.clock.Wait(ctx, wait); err != nil {
			return Reply{}, errNoTime
		}
	}
	reply, err := r.get.Get(ctx, address)
	s.free = r.clock.Now().Add(max(betweenRequests, reply.RetryAfter))
	switch busy := reply.Status == 429 || reply.Status == 503; {
	case err != nil:
		s.down = true
	case busy && reply.RetryAfter <= 0, reply.Status >= 500 && !busy:
		s.down = true
		err = fmt.Errorf("status %d", reply.Status)
	}
	return reply, err
}

// fill returns the identities of a case with the owners that are known. They stay
// in the order of the sources.
func (o *Owners) fill(c *analyze.Case, now time.Time) (out []analyze.Identity) {
	known := make(map[netip.Prefix]analyze.Identity, len(c.Identities))
	for _, id := range c.Identities {
		known[id.Source] = id
	}
	for _, p := range c.Sources {
		id := known[p]
		id.Source = p
		if owner, ok := o.get(p.Addr(), now); ok && owner.Network.Bits() <= p.Bits() && (owner.Name != "" || owner.Abuse != "") {
			id.Owner, id.Abuse, id.CIDR = owner.Name, owner.Abuse, owner.Network
		}
		if id.Known() {
			out = append(out, id)
		}
	}
	return out
}
