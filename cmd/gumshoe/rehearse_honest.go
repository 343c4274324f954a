package main

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/window"
)

// honest knows everybody of the whole span, with what became of them later: it
// judges a rehearsal and takes no part in it.
type honest struct {
	in     *analyze.Input
	jails  []ban.Jail
	cases  map[string]caseFacts
	logins uint64 // good ones of the span, of all
	people int    // sources that were honest in it
}

// everybody loads the span at once.
func (r *replay) everybody(ctx context.Context) (*honest, error) {
	all := remembering{memory: r.past, store: window.NewStore(window.Options{Hash: r.past.hash}), coverage: newCoverage(), twice: r.twice}
	err := all.load(ctx, archive.Query{From: r.begin, To: r.end}, archive.Query{}, window.Keys{}, false)
	r.damage = append(r.damage, all.damage...)
	if err != nil {
		return nil, err
	}
	h := &honest{in: analyze.NewInput(all.store.Set(), r.begin, r.end, r.end, r.job.Settings.Location), jails: r.job.Settings.Ban.Jails, cases: r.cases}
	if h.jails == nil {
		h.jails = ban.DefaultJails()
	}
	for i, u := range h.in.Set.Units() {
		if h.in.Standing(i).Benign {
			h.people++
		}
		for k := range u.Rows {
			if h.login(&u.Rows[k]) {
				h.logins += uint64(u.Rows[k].Good)
			}
		}
	}
	return h, nil
}

// login reports whether a row holds good logins with a password.
func (h *honest) login(r *window.Row) bool {
	return r.Good > 0 && h.in.Set.Service(r.Service) != ingest.ServiceWeb
}

// good says who inside a ban was honest between two moments on the services that
// it closes: who logged in, or looked at pages with their pictures and never did
// anything else. The logins of a case that got in are the intruder's.
func (h *honest) good(b *ban.Ban, from, until time.Time) (out []ban.Good) {
	units, first := h.in.Within(b.Prefix)
	for i := range units {
		u := &units[i]
		g := ban.Good{Source: u.Prefix()}
		for k := range u.Rows {
			r := &u.Rows[k]
			if at := int64(r.First()); at < from.Unix() || at >= until.Unix() || !h.closes(b, h.in.Set.Service(r.Service)) {
				continue
			}
			switch {
			case h.login(r) && !h.cases[b.Case].success:
				g.Logins += int(r.Good)
			case h.in.Standing(first+i).Benign && r.Flags&window.Assets != 0:
				g.Visits += u.GoodCount(r)
			}
		}
		if g.Logins+g.Visits > 0 {
			out = append(out, g)
		}
	}
	return out
}

// closes reports whether a ban keeps its prefix from a service.
func (h *honest) closes(b *ban.Ban, service string) bool {
	if b.Action == ban.Alert {
		return false
	}
	return len(b.Ports) == 0 || slices.ContainsFunc(h.jails, func(j ban.Jail) bool {
		return slices.Contains(j.Services, service) && slices.ContainsFunc(j.Ports, func(n uint16) bool { return slices.Contains(b.Ports, n) })
	})
}

// unseen reports whether fail2ban banned nobody inside a prefix at any time.
func (h *honest) unseen(p netip.Prefix) bool {
	units, _ := h.in.Within(p)
	return !slices.ContainsFunc(units, func(u window.Unit) bool { return h.in.Banned(u.Prefix()) > 0 })
}
