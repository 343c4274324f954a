package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/detect"
	"gumshoe/analyze/enrich"
	"gumshoe/analyze/judge"
	"gumshoe/ban"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/window"
)

// rehearsalPace is how often the replayed job runs, as the usual timer has it.
const rehearsalPace = 6 * time.Hour

// replay takes the archive step by step through what a job would have done, each
// step knowing what a run of its time knew: rows up to its end, and the cases that
// the steps before it remembered.
//
//	archive ──load, on all cores──▶ Input ──in order──▶ cases ──▶ ban.Rehearse
type replay struct {
	app      *app
	job      *job
	past     *memory // whose archive it is
	casebook *memory // scratch: the cases that the steps remember
	who      *strangers
	hours    []archive.Hour // all that the archive knows, in order of time
	twice    claims
	said     []analyze.Saying // what people said of cases
	places   *enrich.Places   // nil: nobody is allowed by network or country

	begin, end time.Time
	guards     ban.Guards
	at         *analyze.Input       // of the step at hand
	cases      map[string]caseFacts // of all steps, by id
	damage     []archive.Damage
	err        error
}

// caseFacts are what the page tells of a case beyond its bans.
type caseFacts struct {
	kind    string
	began   time.Time
	success bool // the attack worked, at some step
}

// newReplay prepares the steps of the last weeks, in a scratch directory.
func (a *app) newReplay(ctx context.Context, j *job, past *memory, scratch string, weeks int) (*replay, error) {
	r := &replay{app: a, job: j, past: past, cases: map[string]caseFacts{}}
	now := j.Started
	var err error
	if r.hours, r.damage, err = past.archive.Hours(time.Unix(0, 0), now); err != nil {
		return nil, err
	}
	if len(r.hours) == 0 {
		return r, nil
	}
	r.begin, r.end = r.hours[0].Start, r.hours[len(r.hours)-1].Start.Add(time.Hour)
	if from := r.end.Add(-time.Duration(weeks) * week); weeks > 0 && from.After(r.begin) {
		r.begin = from
	}
	settling := remembering{memory: past, logs: &logs{}, store: window.NewStore(window.Options{Hash: past.hash, PerLog: true})}
	if r.twice, err = settling.settle(ctx, r.hours, r.end); err != nil {
		return nil, err
	}
	r.damage = append(r.damage, settling.damage...)
	if err := r.words(ctx); err != nil {
		return nil, err
	}
	r.casebook = &memory{dir: scratch}
	if r.casebook.lock, err = acquire(ctx, scratch, 0); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(j.Settings.AllowWho, func(w Allowed) bool { return w.Host == "" }) {
		r.places = enrich.NewPlaces(func() []enrich.Database {
			return a.openDatabases(j, func(text string) { a.note("%s", text) })
		})
	}
	r.who = &strangers{logs: &logs{}, cache: enrich.NewCache(), proxies: j.Settings.proxyNetworks(&logs{})}
	if j.Settings.DNS != dnsOff && !j.AdHoc() {
		r.who.remember(a, past, now)
		r.who.dns = enrich.NewDNS(nobody{}, r.who.cache, now)
	}
	return r, nil
}

// nobody is asked: what earlier runs learnt of crawlers has to do.
type nobody struct{}

var errNotAsked = errors.New("a rehearsal asks nobody")

func (nobody) Names(context.Context, netip.Addr) ([]string, error) { return nil, errNotAsked }

func (nobody) Addrs(context.Context, string, netip.Addr) ([]netip.Addr, error) {
	return nil, errNotAsked
}

// words reads what people have said of cases, to be heeded from when they said it.
func (r *replay) words(ctx context.Context) error {
	if r.job.AdHoc() {
		return nil
	}
	defer r.past.cases.close()
	if _, err := r.past.readCasebook(ctx, filepath.Join(r.past.dir, casebookFile), r.end, r.job.Settings); err != nil {
		return fmt.Errorf("the casebook: %w", err)
	}
	r.said = r.past.cases.said
	return nil
}

func (r *replay) close() {
	if r.casebook != nil {
		r.casebook.close()
	}
}

// ends are the ends of the steps, the last one at the end of the archive.
func (r *replay) ends() (out []time.Time) {
	for at := r.end; at.After(r.begin); at = at.Add(-rehearsalPace) {
		out = append(out, at)
	}
	slices.Reverse(out)
	return out
}

// loaded is a step whose rows are there.
type loaded struct {
	in     *analyze.Input
	damage []archive.Damage
	err    error
}

// steps yields the steps in order. The rows of the next few are loaded meanwhile.
func (r *replay) steps(ctx context.Context) iter.Seq[ban.Step] {
	return func(yield func(ban.Step) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ahead := make(chan chan loaded, runtime.GOMAXPROCS(0)-1)
		go func() {
			defer close(ahead)
			for _, end := range r.ends() {
				next := make(chan loaded, 1)
				select {
				case ahead <- next:
				case <-ctx.Done():
					return
				}
				go func() { next <- r.load(ctx, end) }()
			}
		}()
		for next := range ahead {
			l := <-next
			r.damage = append(r.damage, l.damage...)
			cases, err := r.find(ctx, l)
			if err != nil {
				r.err = err
				return
			}
			if !yield(ban.Step{Now: l.in.Now, Cases: cases}) {
				return
			}
		}
		r.err = ctx.Err()
	}
}

// load fills the windows of one step: its hours, the days before of everybody, and
// the weeks before of those who are here.
func (r *replay) load(ctx context.Context, end time.Time) (l loaded) {
	from := end.Add(-rehearsalPace - overlapping)
	step := remembering{memory: r.past, store: window.NewStore(window.Options{Hash: r.past.hash}), coverage: newCoverage(), twice: r.twice, apart: true}
	step.coverage.learn(r.hoursIn(from.Add(-lookBack), end.Add(time.Hour)))
	defer func() { l.damage = step.damage }()
	inside := archive.Query{From: from, To: end}
	if l.err = step.load(ctx, inside, inside, window.Keys{}, false); l.err != nil {
		return l
	}
	keys, middle := step.store.Keys(from, end, 0), from.Add(-recent)
	if l.err = step.load(ctx, archive.Query{From: middle, To: from}, archive.Query{From: end.Add(-serviceBack), To: from}, window.Keys{}, false); l.err != nil {
		return l
	}
	if l.err = step.load(ctx, archive.Query{From: end.Add(-lookBack), To: middle}, archive.Query{}, keys, true); l.err != nil {
		return l
	}
	l.in = analyze.NewInput(step.store.Set(), from, end, end, r.job.Settings.Location)
	l.in.Covered = step.coverage.Covered
	return l
}

// hoursIn are the known hours that begin in [from, to).
func (r *replay) hoursIn(from, to time.Time) []archive.Hour {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(r.hours, t, func(h archive.Hour, t time.Time) int { return h.Start.Compare(t) })
		return i
	}
	return r.hours[at(from):at(to)]
}

// find does what a job does between its logs and its plan, and remembers the cases
// for the steps that follow.
func (r *replay) find(ctx context.Context, l loaded) ([]analyze.Case, error) {
	if err := cmp.Or(l.err, ctx.Err()); err != nil {
		return nil, err
	}
	in, book := l.in, r.casebook
	in.Crawlers, in.Scanners = r.who.crawlers(ctx, in), r.job.Settings.scanners()
	protectCrawlers(&r.guards, in)
	in.Past, in.Flagged = book.recall(ctx, r.app, &logs{}, in.To, r.job.Settings)
	defer book.cases.close()
	for _, s := range r.said {
		if !s.At.After(in.Now) {
			book.cases.said = append(book.cases.said, s)
		}
	}
	cases := analyze.Run(in, detect.All(), judge.Rules{})
	if r.places != nil {
		enrich.Identify(ctx, cases, r.places, nil, nil)
		r.job.Settings.protectWho(&r.guards, cases, nil)
	}
	book.recognize(in, cases)
	(&logs{}).fetchEvidence(everyOne(cases), in.Set)
	for i := range cases {
		c := &cases[i]
		f, known := r.cases[c.ID]
		if !known {
			f = caseFacts{kind: c.Kind, began: c.Began}
		}
		f.success = f.success || c.Impact >= analyze.Success
		r.cases[c.ID] = f
	}
	r.at = in
	return cases, book.cases.keep(ctx, in.To)
}

// rehearse takes policy and guards through the steps.
func (r *replay) rehearse(ctx context.Context) (ban.Rehearsal, *honest, error) {
	s := r.job.Settings
	r.guards = s.Guards()
	s.protectProxies(&r.guards, nil)
	if err := new(app).protectNames(ctx, s, &r.guards, false); err != nil { // asks nobody: the last good answers hold
		return ban.Rehearsal{}, nil, err
	}
	if !r.job.AdHoc() {
		if err := protectMachine(&r.guards); err != nil {
			r.app.note("not all addresses of this machine are known: %v", err)
		}
	}
	r.guards.GoodLogins = func(p netip.Prefix, accounts []string, before time.Time) ban.Logins {
		days, distinct, last := r.at.Logins(p, accounts, before)
		return ban.Logins{Days: days, Accounts: distinct, Last: last}
	}
	r.guards.Visits = func(p netip.Prefix, before time.Time) ban.Visits { return visitsIn(r.at)(p, before) }
	everybody, err := r.everybody(ctx)
	if err != nil {
		return ban.Rehearsal{}, nil, err
	}
	out := ban.Rehearse(r.steps(ctx), s.Policy(), r.guards, everybody.good)
	return out, everybody, r.err
}
