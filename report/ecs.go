package report

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// ecsVersion is the Elastic Common Schema that the documents follow.
const ecsVersion = "8.17.0"

// ECSDocument is one case in the fields of the Elastic Common Schema. What the
// schema has no field for stands under gumshoe. Text is verbatim.
type ECSDocument struct {
	Timestamp string       `json:"@timestamp"` // last event of the case
	ECS       ecsMeta      `json:"ecs"`
	Message   string       `json:"message"` // headline and summary
	Event     ecsEvent     `json:"event"`
	Log       ecsLog       `json:"log"`
	Rule      ecsRule      `json:"rule"`
	Threat    *ecsThreat   `json:"threat,omitempty"`
	Source    *ecsSource   `json:"source,omitempty"` // of a case of one source
	User      *ecsUser     `json:"user,omitempty"`   // of a case about one account
	URL       *ecsURL      `json:"url,omitempty"`    // of a case about one endpoint
	Agent     *ecsAgent    `json:"user_agent,omitempty"`
	Host      *ecsName     `json:"host,omitempty"` // whose logs they are
	Observer  ecsObserver  `json:"observer"`
	Related   *ecsRelated  `json:"related,omitempty"`
	Gumshoe   ecsOwnFields `json:"gumshoe"`
}

type ecsMeta struct {
	Version string `json:"version"`
}

type ecsEvent struct {
	Kind      string   `json:"kind"`     // alert
	Category  []string `json:"category"` // intrusion_detection, with web and authentication where they were attacked
	Type      []string `json:"type"`     // info
	Severity  int      `json:"severity"` // info 1, low 21, medium 47, high 73, critical 99: the schema of Elastic Security
	RiskScore float64  `json:"risk_score"`
	ID        string   `json:"id"`     // of the case, with the end of the window: a case that goes on has many documents
	Action    string   `json:"action"` // the detection that leads
	Module    string   `json:"module"`
	Dataset   string   `json:"dataset"`
	Provider  string   `json:"provider"`
	Created   string   `json:"created"` // the run
	Start     string   `json:"start,omitempty"`
	End       string   `json:"end,omitempty"`
	Duration  int64    `json:"duration,omitempty"` // nanoseconds
	Reason    string   `json:"reason,omitempty"`   // why it is believed
}

type ecsLog struct {
	Level string `json:"level"`
}

type ecsRule struct {
	Name        string `json:"name"` // the detection that leads
	Ruleset     string `json:"ruleset"`
	Description string `json:"description"`
}

type ecsThreat struct {
	Framework string       `json:"framework"`
	Technique ecsTechnique `json:"technique"`
}

type ecsTechnique struct {
	ID  []string `json:"id"`
	Sub *ecsIDs  `json:"subtechnique,omitempty"`
}

type ecsIDs struct {
	ID []string `json:"id"`
}

type ecsSource struct {
	IP      string  `json:"ip,omitempty"` // of a single address; a network has only the next field
	Address string  `json:"address"`
	Domain  string  `json:"domain,omitempty"`
	Geo     *ecsGeo `json:"geo,omitempty"`
	AS      *ecsAS  `json:"as,omitempty"`
}

type ecsGeo struct {
	Country string `json:"country_iso_code"`
}

type ecsAS struct {
	Number       uint32   `json:"number"`
	Organization *ecsName `json:"organization,omitempty"`
}

type ecsName struct {
	Name string `json:"name"`
}

type ecsUser = ecsName

type ecsURL struct {
	Path string `json:"path"`
}

type ecsAgent struct {
	Original string `json:"original"`
}

type ecsObserver struct {
	Vendor  string `json:"vendor"`
	Product string `json:"product"`
	Type    string `json:"type"`
	Version string `json:"version,omitempty"`
}

type ecsRelated struct {
	IP    []string `json:"ip,omitempty"`
	Hosts []string `json:"hosts,omitempty"` // names that DNS confirms
	User  []string `json:"user,omitempty"`
}

// ecsOwnFields is what the schema has no name for.
type ecsOwnFields struct {
	Case       string         `json:"case"`
	Course     string         `json:"course,omitempty"` // new, continuing, returning
	Confidence float64        `json:"confidence"`
	Impact     analyze.Impact `json:"impact"` // 1 nuisance, 2 generic, 3 targeted, 4 success
	Ban        string         `json:"ban"`    // none, planned, held, banned
	Events     uint64         `json:"events"`
	Sources    int            `json:"sources"` // how many, where related.ip is cut
	Networks   []string       `json:"networks,omitempty"`
	Owners     []ecsOwner     `json:"owners,omitempty"` // of the sources' networks, as the registries have it
	Detections []string       `json:"detections,omitempty"`
	Do         []string       `json:"do,omitempty"`
	Evidence   []string       `json:"evidence,omitempty"`
}

// ecsOwner is whose a network is. The schema's as.organization is who announces it.
type ecsOwner struct {
	Network string `json:"network"`
	Name    string `json:"name,omitempty"`
	Abuse   string `json:"abuse,omitempty"` // mail address for complaints
}

// ecsBounds keep a document within what its carrier takes.
type ecsBounds struct {
	text, related, lines int
}

// ecsSeverity is the number of each level.
var ecsSeverity = [...]int{analyze.Info: 1, analyze.Low: 21, analyze.Medium: 47, analyze.High: 73, analyze.Critical: 99}

// ECS writes one document a case, one line each, worst first.
func ECS(w io.Writer, r Report) error {
	planned := r.Plan.Outcomes()
	for _, c := range r.all() {
		if err := writeJSON(w, r.ecs(c, planned[c.ID], ecsBounds{text: 8000, related: 1000, lines: maxLines})); err != nil {
			return fmt.Errorf("writing case %q: %w", c.ID, err)
		}
	}
	return nil
}

// ecs turns a case into a document.
func (r Report) ecs(c *analyze.Case, plan ban.Outcome, b ecsBounds) ECSDocument {
	end := c.Last
	if end.IsZero() {
		end = r.Now
	}
	d := ECSDocument{
		Timestamp: instant(end), ECS: ecsMeta{ecsVersion}, Log: ecsLog{c.Level.String()},
		Message: clip(strings.TrimRight(c.Headline, ". ")+". "+c.Summary, b.text),
		Event: ecsEvent{Kind: "alert", Category: ecsCategories(c), Type: []string{"info"}, Severity: ecsSeverity[c.Level], RiskScore: decimals(c.Confidence * 100),
			ID: c.ID + "-" + r.To.UTC().Format(saveLayout), Action: c.Kind, Module: "gumshoe", Dataset: "gumshoe.case", Provider: "gumshoe", Created: instant(r.Now),
			Start: instant(c.First), End: instant(c.Last), Duration: max(0, int64(c.Last.Sub(c.First))), Reason: clip(strings.Join(facts(*c), " "), b.text)},
		Rule:     ecsRule{Name: c.Kind, Ruleset: "gumshoe", Description: clip(c.Headline, b.text)},
		Threat:   ecsThreats(c.Techniques),
		Observer: ecsObserver{"gumshoe", "gumshoe", "ids", r.Version},
		Gumshoe: ecsOwnFields{Case: c.ID, Course: c.Course.String(), Confidence: decimals(c.Confidence), Impact: c.Impact, Ban: plan.String(),
			Events: c.Events, Sources: len(c.Sources), Detections: c.Detections},
	}
	if r.Host != "" {
		d.Host = &ecsName{r.Host}
	}
	if r.Done != nil && len(r.Done.of(c.ID)) > 0 {
		d.Gumshoe.Ban = "banned"
	}
	d.accuse(c, b)
	d.aim(c, b)
	for _, s := range c.Do[:min(len(c.Do), b.lines)] {
		d.Gumshoe.Do = append(d.Gumshoe.Do, clip(s, b.text))
	}
	for _, l := range c.Evidence[:min(len(c.Evidence), b.lines)] {
		d.Gumshoe.Evidence = append(d.Gumshoe.Evidence, clip(l.Text, b.text))
	}
	return d
}

// accuse fills in the sources.
func (d *ECSDocument) accuse(c *analyze.Case, b ecsBounds) {
	var ips []string
	for _, s := range c.Sources {
		if !s.IsSingleIP() {
			if len(d.Gumshoe.Networks) < b.related {
				d.Gumshoe.Networks = append(d.Gumshoe.Networks, s.String())
			}
		} else if len(ips) < b.related {
			ips = append(ips, s.Addr().String())
		}
	}
	if len(ips) > 0 {
		d.Related = &ecsRelated{IP: ips}
	}
	d.identify(c, b)
	if len(c.Sources) != 1 {
		return
	}
	s := &ecsSource{Address: address(c.Sources[0])}
	if c.Sources[0].IsSingleIP() {
		s.IP = s.Address
	}
	if i := slices.IndexFunc(c.Identities, func(id analyze.Identity) bool { return id.Source == c.Sources[0] }); i >= 0 {
		id := c.Identities[i]
		s.Domain = id.Name
		if id.Country != "" {
			s.Geo = &ecsGeo{id.Country}
		}
		if id.ASN != 0 {
			s.AS = &ecsAS{Number: id.ASN}
			if id.Org != "" {
				s.AS.Organization = &ecsName{id.Org}
			}
		}
	}
	d.Source = s
}

// identify fills in who is behind the sources.
func (d *ECSDocument) identify(c *analyze.Case, b ecsBounds) {
	seen := map[netip.Prefix]bool{}
	for _, id := range c.Identities {
		if id.CIDR.IsValid() && !seen[id.CIDR] && len(d.Gumshoe.Owners) < b.related {
			seen[id.CIDR] = true
			d.Gumshoe.Owners = append(d.Gumshoe.Owners, ecsOwner{id.CIDR.String(), clip(id.Owner, b.text), clip(id.Abuse, b.text)})
		}
		if id.Name == "" {
			continue
		}
		if d.Related == nil {
			d.Related = &ecsRelated{}
		}
		if len(d.Related.Hosts) < b.related {
			d.Related.Hosts = append(d.Related.Hosts, clip(id.Name, b.text))
		}
	}
}

// aim fills in what was attacked.
func (d *ECSDocument) aim(c *analyze.Case, b ecsBounds) {
	of := func(k analyze.TargetKind) (out []string) {
		for _, t := range c.Targets {
			if t.Kind == k && len(out) < b.related {
				out = append(out, clip(t.Value, b.text))
			}
		}
		return out
	}
	if users := of(analyze.AccountName); len(users) > 0 {
		if d.Related == nil {
			d.Related = &ecsRelated{}
		}
		d.Related.User = users
		if len(users) == 1 {
			d.User = &ecsUser{users[0]}
		}
	}
	if pages := of(analyze.Endpoint); len(pages) == 1 {
		d.URL = &ecsURL{pages[0]}
	}
	if agents := of(analyze.AgentName); len(agents) == 1 {
		d.Agent = &ecsAgent{agents[0]}
	}
}

// ecsCategories are intrusion_detection and what was attacked.
func ecsCategories(c *analyze.Case) []string {
	out := []string{"intrusion_detection"}
	for _, s := range c.Services {
		if s == "http" {
			out = append(out, "web")
			break
		}
	}
	if slices.ContainsFunc(c.Targets, func(t analyze.Target) bool { return t.Kind == analyze.AccountName }) {
		out = append(out, "authentication")
	}
	return out
}

// ecsThreats splits ATT&CK ids into techniques and their parts.
func ecsThreats(ids []string) *ecsThreat {
	t := &ecsThreat{Framework: "MITRE ATT&CK"}
	for _, id := range ids {
		technique, _, sub := strings.Cut(id, ".")
		if !slices.Contains(t.Technique.ID, technique) {
			t.Technique.ID = append(t.Technique.ID, technique)
		}
		if sub {
			if t.Technique.Sub == nil {
				t.Technique.Sub = &ecsIDs{}
			}
			t.Technique.Sub.ID = append(t.Technique.Sub.ID, id)
		}
	}
	if len(t.Technique.ID) == 0 {
		return nil
	}
	return t
}

// clip cuts verbatim text after limit letters.
func clip(s string, limit int) string {
	for i := range s {
		if limit == 0 {
			return s[:i] + "…"
		}
		limit--
	}
	return s
}
