package main

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/enrich"
	"gumshoe/ban/ledger"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// inquiry looks a subject up in all that the machine keeps. It writes nothing and
// waits for nobody.
//
//	casebook, kept reports ──▶ whom else to compare with ──▶ archive ──▶ sightings ──▶ logs
type inquiry struct {
	app      *app
	job      *job
	question question
	past     *memory
	from     time.Time
	cases    []analyze.PastCase
	damage   []archive.Damage
}

// The bounds of an inquiry.
const (
	compared     = 500            // accused sources that the subject is compared with, those told last
	mostSources  = 2000           // of an account
	rawBefore    = 24 * time.Hour // of the logs, before the subject was last seen
	rawRecent    = 7 * 24 * time.Hour
	actsAfter    = 12 * time.Hour
	rawPatience  = 20 * time.Second
	mostArchived = 4096 // lines of the archive to choose from
)

// investigateState answers from the state directory.
func (a *app) investigateState(ctx context.Context, j *job, q question) (d report.Dossier, err error) {
	m, err := a.remember(ctx, j)
	if err != nil {
		return d, err
	}
	defer m.close()
	n := &inquiry{app: a, job: j, question: q, past: m}
	n.from, _ = j.Span.Resolve(j.Started)
	d.Now = j.Started
	hours, damage, err := m.archive.Hours(time.Unix(0, 0), j.Started)
	if err != nil {
		return d, err
	}
	n.damage = append(n.damage, damage...)
	if len(hours) > 0 {
		d.Since = hours[0].Start
		if n.from.After(d.Since) {
			d.Since = n.from
		}
	}
	if err := n.remember(ctx, &d); err != nil {
		return d, err
	}
	d.About = n.question.about
	seen, err := n.sightings(ctx, hours)
	if err != nil {
		return d, err
	}
	seen.fill(&d)
	if n := seen.guarded(); n != nil && *n > 0 { // without a ban it is not known whether fail2ban was there
		d.Fail2ban = n
	}
	lines := archivedLines(seen)
	if err := n.read(ctx, &d); err != nil {
		return d, err
	}
	mixLines(&d, lines, n.question.lines)
	if err := n.bans(ctx, &d); err != nil {
		return d, err
	}
	n.identify(ctx, &d)
	for _, x := range n.damage {
		d.Notes = append(d.Notes, x.String())
	}
	return d, nil
}

// remember asks the casebook and the kept reports.
func (n *inquiry) remember(ctx context.Context, d *report.Dossier) error {
	s := n.job.Settings
	past, err := n.past.readCasebook(ctx, filepath.Join(n.past.dir, casebookFile), n.job.Started, s)
	if err != nil {
		return fmt.Errorf("the casebook: %w", err)
	}
	n.cases = past
	q := &n.question
	wanted := map[string]bool{}
	for i := range past {
		q.settle(past[i].ID, past[i].Sources)
		if q.about == report.AboutCase && past[i].ID == q.text || q.about != report.AboutCase && slices.ContainsFunc(past[i].Sources, q.has) {
			wanted[past[i].ID] = true
		}
	}
	d.Cases, err = s.runs().telling(q, wanted)
	if err != nil {
		return err
	}
	for _, r := range d.Cases {
		wanted[r.Cases[0].ID] = true
	}
	for i := range past {
		if wanted[past[i].ID] && !slices.ContainsFunc(d.Cases, func(r report.Report) bool { return r.Cases[0].ID == past[i].ID }) {
			d.Past = append(d.Past, past[i])
		}
	}
	for _, w := range n.past.cases.said {
		if wanted[w.Case] {
			d.Words = append(d.Words, w)
		}
	}
	return nil
}

// sightings loads the hours of the subject, of its network and of those whom it is
// compared with.
func (n *inquiry) sightings(ctx context.Context, hours []archive.Hour) (*sightings, error) {
	q := archive.Query{From: n.from, To: n.job.Started.Add(time.Hour)}
	seen := &sightings{question: n.question, logs: &logs{}}
	keys := window.Keys{Sources: slices.Clone(n.question.sources)}
	if n.question.about == report.AboutAccount {
		if err := n.tried(ctx, q, &keys, seen); err != nil {
			return nil, err
		}
	} else if len(keys.Sources) > 0 && n.question.about != report.AboutCase {
		keys.Sources = append(keys.Sources, aroundOf(keys.Sources[0]))
		keys.Sources = append(keys.Sources, n.accused()...)
	}
	load := remembering{memory: n.past, logs: &logs{}, store: window.NewStore(window.Options{Hash: n.past.hash}), coverage: newCoverage()}
	var err error
	if load.twice, err = load.settle(ctx, hours, n.job.Started); err != nil {
		return nil, err
	}
	err = load.load(ctx, q, archive.Query{}, keys, true)
	n.damage = append(n.damage, load.damage...)
	if err != nil {
		return nil, err
	}
	seen.in = analyze.NewInput(load.store.Set(), n.from, n.job.Started, n.job.Started, n.job.Settings.Location)
	for i := range n.cases {
		seen.cases = append(seen.cases, analyze.Case{ID: n.cases[i].ID, Sources: n.cases[i].Sources})
	}
	names, err := n.names(ctx, seen)
	seen.name = func(id uint64) string { return names[id] }
	if err == nil && n.question.about != report.AboutAccount {
		err = n.deeds(ctx, seen)
	}
	return seen, err
}

// accused are the sources of the cases told last.
func (n *inquiry) accused() (out []netip.Prefix) {
	cases := slices.Clone(n.cases)
	slices.SortStableFunc(cases, func(a, b analyze.PastCase) int { return b.Told.Compare(a.Told) })
	for i := range cases {
		out = append(out, cases[i].Sources...)
		if len(out) >= compared {
			return out[:compared]
		}
	}
	return out
}

// tried finds the ids of an account, and the sources that tried it or got in.
func (n *inquiry) tried(ctx context.Context, q archive.Query, keys *window.Keys, seen *sightings) error {
	ids := map[uint64]bool{}
	q.Columns = []string{"id", "name"}
	damage, err := archive.Read(ctx, n.past.archive, q, func(rows []archive.Account) error {
		for i := range rows {
			if strings.EqualFold(rows[i].Name, n.question.text) {
				ids[rows[i].ID] = true
			}
		}
		return nil
	})
	n.damage = append(n.damage, damage...)
	if err != nil || len(ids) == 0 {
		return err
	}
	seen.ids = ids
	from := map[netip.Prefix]bool{}
	q.Columns = []string{"address", "name", "time", "service", "action", "text"}
	damage, err = archive.Read(ctx, n.past.archive, q, func(rows []archive.Touch) error {
		for i := range rows {
			switch t := &rows[i]; {
			case !ids[t.Name]:
			case t.Address == archive.Addr{}:
				seen.did(t, n.question.text)
			case len(from) < mostSources:
				from[t.Address.Prefix()] = true
			}
		}
		return nil
	})
	n.damage = append(n.damage, damage...)
	for p := range from {
		keys.Sources = append(keys.Sources, p)
	}
	return err
}

// deeds finds what the accounts did that the subject got into, in the hours after.
func (n *inquiry) deeds(ctx context.Context, seen *sightings) error {
	for _, in := range seen.entries() {
		q := archive.Query{From: in.at.Truncate(time.Hour), To: in.at.Add(actsAfter), Columns: []string{"address", "name", "time", "service", "action", "text"}}
		damage, err := archive.Read(ctx, n.past.archive, q, func(rows []archive.Touch) error {
			for i := range rows {
				if t := &rows[i]; t.Address == (archive.Addr{}) && t.Name == in.account && !t.Time.Time().Before(in.at) {
					seen.did(t, seen.name(in.account))
				}
			}
			return nil
		})
		n.damage = append(n.damage, damage...)
		if err != nil {
			return err
		}
	}
	return nil
}

// names reads how accounts, paths and agents are called that the subject had to do
// with, in the time in which it did.
func (n *inquiry) names(ctx context.Context, seen *sightings) (map[uint64]string, error) {
	ids, first, last := seen.used()
	names := map[uint64]string{}
	if len(ids) == 0 {
		return names, nil
	}
	q := archive.Query{From: first.Truncate(time.Hour), To: last.Add(time.Hour), IDs: ids, Columns: []string{"id", "name"}}
	for _, read := range []func(context.Context, *archive.Archive, archive.Query, map[uint64]string) ([]archive.Damage, error){
		readNames(func(r *archive.Account) *archive.Tally { return &r.Tally }),
		readNames(func(r *archive.Path) *archive.Tally { return &r.Tally }),
		readNames(func(r *archive.Agent) *archive.Tally { return &r.Tally }),
	} {
		damage, err := read(ctx, n.past.archive, q, names)
		n.damage = append(n.damage, damage...)
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// readNames reads the names of one kind of row.
func readNames[T archive.Row](tally func(*T) *archive.Tally) func(context.Context, *archive.Archive, archive.Query, map[uint64]string) ([]archive.Damage, error) {
	return func(ctx context.Context, a *archive.Archive, q archive.Query, names map[uint64]string) ([]archive.Damage, error) {
		return archive.Read(ctx, a, q, func(rows []T) error {
			for i := range rows {
				t := tally(&rows[i])
				names[t.ID] = t.Name
			}
			return nil
		})
	}
}

// bans asks the ledger.
func (n *inquiry) bans(ctx context.Context, d *report.Dossier) error {
	if n.question.about == report.AboutAccount {
		return nil
	}
	l, close, err := openLedger(ctx, n.job.Settings.StateDir, false)
	if err != nil {
		return err
	}
	defer close()
	if n.question.about == report.AboutCase {
		d.Bans, err = l.List(ctx, ledger.Filter{Case: n.question.text})
		return err
	}
	d.Bans, err = l.List(ctx, ledger.Filter{Overlaps: n.question.sources[0]})
	return err
}

// identify tells who is behind the sources, from the databases of this machine and
// from what DNS and the registries told earlier runs.
func (n *inquiry) identify(ctx context.Context, d *report.Dossier) {
	who := &strangers{logs: &logs{}, cache: enrich.NewCache(), owners: n.app.knownOwners(n.job, n.past)}
	who.places = enrich.NewPlaces(func() []enrich.Database {
		return n.app.openDatabases(n.job, func(text string) { d.Notes = append(d.Notes, text) })
	})
	if n.job.Settings.DNS != dnsOff {
		who.remember(n.app, n.past, n.job.Started)
		who.dns = enrich.NewDNS(nobody{}, who.cache, n.job.Started)
	}
	who.behind(ctx, d)
}

// behind tells who is behind the sources of a dossier.
func (s *strangers) behind(ctx context.Context, d *report.Dossier) {
	c := analyze.Case{Level: analyze.Critical, Evidence: d.Lines}
	for _, v := range d.Sources {
		c.Sources = append(c.Sources, v.Source)
	}
	cases := []analyze.Case{c}
	s.identify(ctx, cases)
	d.Who, d.Credits = cases[0].Identities, s.places.Credits()
	for _, id := range d.Who {
		for i := range d.Sources {
			if d.Sources[i].Source == id.Source {
				d.Sources[i].Country = id.Country
			}
		}
	}
}
