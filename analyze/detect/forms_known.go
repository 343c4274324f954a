package detect

import (
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// What people are answered when they send a form says what its answers mean. Who
// has a browser that fetches pictures and style sheets is taken for a person; where
// most of what people send to a path leads them elsewhere, a 200 is the form shown
// again: the wrong password, the missing field. A search, a chat or a program's
// endpoint answers everybody 200 and teaches nothing.
const (
	fewestSent    = 3  // by people
	fewestSenders = 2  // networks of people
	alikeShare    = .8 // of the refusals of one form that are of one size
	alikeBytes    = 64 // by which pages of one size differ: a name, a token
	alikeSize     = 50 // one part in so many
)

// form is how a path has answered people.
type form struct {
	on       int           // what they sent that led them elsewhere
	answered int           // what was answered 200
	networks map[hood]bool // from which somebody was led elsewhere
	let      []int64       // when anybody was answered so, person or not, in no order
}

// leadsOn reports a form that is known to lead on whoever fills it in well.
func (f *form) leadsOn() bool {
	return f != nil && f.on >= fewestSent && len(f.networks) >= fewestSenders && f.on >= f.answered
}

// share is the part of what people send that leads them on.
func (f *form) share() float64 { return float64(f.on) / float64(f.on+f.answered) }

// forms are those that people sent, by path.
type forms map[uint64]*form

// knownForms learns the forms of the sites.
func knownForms(in *analyze.Input) forms { return analyze.Fact(in, "forms", formsOf) }

func formsOf(in *analyze.Input) forms {
	type sent struct {
		path   uint64
		net    hood
		milli  int64
		on     bool
		person bool
		no     bool
	}
	sized := saysNoAt(in)
	all := eachSign(in, analyze.Troubled, sender, func(i int, u *window.Unit, out []sent) []sent {
		human, net := in.Standing(i).Is(analyze.Loads) && person(in, u), hoodOf(u.Prefix())
		eachSent(in, u, func(_ *window.Row, t *window.Touch) {
			if t.Status >= 200 && t.Status < 400 {
				out = append(out, sent{t.Name, net, t.Milli, t.Status >= 300, human, sized[t.Name].says(t)})
			}
		})
		return out
	})
	out := forms{}
	for _, s := range all {
		f := out[s.path]
		if f == nil {
			f = &form{networks: map[hood]bool{}}
			out[s.path] = f
		}
		if s.on || in.Path(s.path)&ingest.PathLogin != 0 && !s.no && !shownAgainBy(in.Set.Name(s.path).Text) {
			f.let = append(f.let, s.milli)
		}
		switch {
		case !s.person:
		case s.on:
			f.on++
			f.networks[s.net] = true
		default:
			f.answered++
		}
	}
	return out
}

// person reports a source of which at least one browser fetched what pages are
// made of.
func person(in *analyze.Input, u *window.Unit) bool {
	return anyRow(u, func(r *window.Row) bool {
		return r.Flags&window.Assets != 0 && r.Has(ingest.ClientBrowser) && in.Set.Service(r.Service) == ingest.ServiceWeb
	})
}

// eachSent visits what a source sent by POST, without what is hostile by itself, in
// order of time.
func eachSent(in *analyze.Input, u *window.Unit, visit func(*window.Row, *window.Touch)) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || r.Flags&window.Wrote == 0 {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; t.Post && t.Name != 0 && t.Kind == ingest.KindHTTPRequest {
				visit(r, t)
			}
		}
	}
}

// alike reports whether answers are of one size, but for a few.
func alike(all []*window.Touch) bool {
	sizes := make([]int, len(all))
	for i, t := range all {
		sizes[i] = int(t.Bytes)
	}
	mid := median(sizes)
	n := 0
	for _, s := range sizes {
		if nearly(s, mid) {
			n++
		}
	}
	return float64(n) >= alikeShare*float64(len(all))
}

// nearly reports whether a size is another one, but for a name or a token.
func nearly(size, other int) bool {
	d := size - other
	return max(d, -d) <= max(alikeBytes, other/alikeSize)
}

// tokenWords end the paths at which programs renew what lets them in. A program
// whose right to it is over asks on for days.
var tokenWords = []string{"token", "refresh", "renew"}

func forTokens(path string) bool {
	last := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	return slices.ContainsFunc(tokenWords, func(w string) bool { return strings.Contains(last, w) })
}
