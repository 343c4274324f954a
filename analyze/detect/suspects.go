package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// tokenKind is what a token is one of. Two sources that share tokens of several
// kinds have more in common than their number says.
type tokenKind uint8

const (
	pathToken  tokenKind = iota // a path that is not here
	listToken                   // the same, but on the lists that all scanners carry
	nameToken                   // an account that others do not try everywhere
	shapeToken                  // of hostile content
	agentToken                  // that nobody reads pages with
)

// web reports what was asked for, and by what, as against what was aimed at.
func (k tokenKind) web() bool { return k == pathToken || k == listToken || k == agentToken }

// token is something that a suspect did which others may have done, too.
type token struct {
	id   uint64
	kind tokenKind
}

func compareTokens(a, b token) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id))
}

// deed is a token at a time.
type deed struct {
	token
	milli  int64
	origin ingest.Origin
}

// suspect is a stranger who did something that no visitor does. There are many:
// they are small.
type suspect struct {
	unit     uint32
	requests uint32
	guesses  uint32
	shots    uint32
	hood     hood
	deeds    []deed // at least one, in order of time
	tokens   []token
	lone     bool // was shown nothing at all, and asked for the same at most a few times
	plain    bool // as far as its agents tell, a browser
	reads    bool // pages, with what belongs to them
}

// first and last are when it was seen to do something, milli.
func (s *suspect) first() int64 { return s.deeds[0].milli }
func (s *suspect) last() int64  { return s.deeds[len(s.deeds)-1].milli }

// mostTokens bounds what is compared of one source; of more those with the
// smallest ids are kept, which are hashes.
const mostTokens = 256

// deedList is room for the deeds and tokens of one suspect after the other.
type deedList struct {
	deeds  []deed
	tokens []token
}

var deedLists = sync.Pool{New: func() any { return new(deedList) }}

// suspectsOf lists the strangers whom a campaign may hold, in address order.
func suspectsOf(in *analyze.Input) []suspect {
	owners := analyze.Fact(in, "homes", homesOf)
	return eachSign(in, 0, failed|refused|armed|whispered, func(i int, u *window.Unit, found []suspect) []suspect {
		if !stranger(in, owners, i, u) {
			return found
		}
		list := deedLists.Get().(*deedList)
		defer deedLists.Put(list)
		s := suspect{unit: uint32(i), hood: hoodOf(u.Prefix()), lone: true, plain: true, deeds: list.deeds[:0], tokens: list.tokens[:0]}
		s.web(in, u)
		s.logins(owners, i)
		list.deeds = s.deeds
		if len(s.deeds) == 0 {
			return found
		}
		s.settle()
		list.tokens = s.tokens
		s.deeds, s.tokens = slices.Clone(s.deeds), slices.Clone(s.tokens)
		return append(found, s)
	})
}

// web adds what was refused, the shapes of payloads, and agents that only those
// have who read no pages.
func (s *suspect) web(in *analyze.Input, u *window.Unit) {
	s.reads = readsPages(in, u)
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		if shown(in, u, r) {
			s.lone = false
		}
		if r.Flags&window.Authenticated != 0 || stale(r) {
			continue
		}
		before := len(s.deeds)
		touches := u.Touches(r)
		for k := range touches {
			s.request(in, &touches[k])
		}
		if len(s.deeds) == before {
			continue
		}
		agents, _ := u.Agents(r)
		for _, id := range agents {
			if strangeAgent(in, id) {
				s.deeds = append(s.deeds, deed{token{id, agentToken}, s.deeds[before].milli, r.FirstAt()})
			}
		}
	}
	s.plain = plainBrowser(in, u)
}

// readsPages reports whether a source reads pages with what belongs to them. What people
// write into the boxes of a site, others write there too: who looks for the same piece of
// code, and what their browsers send, has no more in common.
func readsPages(in *analyze.Input, u *window.Unit) bool {
	return anyRow(u, func(r *window.Row) bool { return browsed(in, r) && r.Flags&window.Assets != 0 })
}

// plainBrowser reports whether all that a source asked for, it asked for by the name
// of a living browser, or of a program that says what it is and means no harm.
func plainBrowser(in *analyze.Input, u *window.Unit) bool {
	return !anyRow(u, func(r *window.Row) bool {
		return in.Set.Service(r.Service) == ingest.ServiceWeb &&
			(r.Flags&window.Odd != 0 || r.Has(ingest.ClientLibrary) || r.Has(ingest.ClientScanner) || r.Has(ingest.ClientEmpty) || r.Has(ingest.ClientUnknown))
	})
}

// ofFiles is hostile content that is no more than the name of what it asks for: of
// the lists that all scanners carry.
const ofFiles = ingest.ClassLFI | ingest.ClassScanner | ingest.ClassWebshell

// request adds what a request tells, if anything.
func (s *suspect) request(in *analyze.Input, t *window.Touch) {
	path := in.Path(t.Name)
	if refusal(t.Status) && path&ingest.PathNeutral != 0 && isIcon(in.Set.Name(t.Name).Text) {
		s.lone = false // a browser looks for the site's icon
	}
	if listed := path&(ingest.PathVocabulary|ingest.PathSensitive) != 0; !s.reads && t.Stage >= ingest.StageLogic && t.Aux != 0 && !(listed && t.Class&^ofFiles == 0) {
		s.shots++
		s.deeds = append(s.deeds, deed{token{t.Aux, shapeToken}, t.Milli, t.Origin()})
	}
	if !refusal(t.Status) || t.Status == gone || t.Name == 0 || path&ingest.PathNeutral != 0 || in.BenignBad(t.Name) >= brokenForMany || in.Answered(t.Name) > 0 {
		return
	}
	kind := pathToken
	switch {
	case path&(ingest.PathVocabulary|ingest.PathSensitive) != 0:
		kind = listToken
	case path&ingest.PathStatic != 0:
		return
	}
	s.requests++
	s.deeds = append(s.deeds, deed{token{t.Name, kind}, t.Milli, t.Origin()})
}

func isIcon(path string) bool {
	return strings.HasSuffix(path, ".ico") || strings.HasSuffix(path, ".png")
}

// shown reports whether an hour holds a page, or a part of one, that was answered
// well. The front page shows itself to everybody.
func shown(in *analyze.Input, u *window.Unit, r *window.Row) bool {
	if r.Flags&window.Assets != 0 {
		return true
	}
	names, few := u.GoodNames(r)
	return !few || slices.ContainsFunc(names, func(id uint64) bool { return in.Path(id)&ingest.PathNeutral == 0 })
}

// strangeAgent reports an agent that looks like a browser and that nobody reads
// pages with: it never fetched a picture or a style sheet, and mostly was refused.
// What programs call themselves is shared by all who use them.
func strangeAgent(in *analyze.Input, id uint64) bool {
	if kind := in.Set.Name(id).Client; kind != ingest.ClientBrowser && kind != ingest.ClientUnknown {
		return false
	}
	denied, of := in.Denied(id)
	return 2*denied > of && !in.Pictured(id)
}

// logins adds the names on which the source failed, but those that everybody tries.
func (s *suspect) logins(owners *homes, unit int) {
	list := lists.Get().(*[]try)
	defer lists.Put(list)
	all := owners.tried.guilty(unit, 0, math.MaxInt, list)
	s.guesses = uint32(countOf(all))
	for i := range all {
		if t := &all[i]; t.name != 0 && !t.famous {
			s.deeds = append(s.deeds, deed{token{t.name, nameToken}, t.milli, t.origin()})
		}
	}
}

// weigh is what is held against a suspect by itself: what it asked for, the
// passwords that it guessed, and the hostile content.
func (s *suspect) weigh(in *analyze.Input) (walked, guessed, payload float64) {
	u := &in.Set.Units()[s.unit]
	if s.requests > 0 {
		walked = walkAlone(in, u)
	}
	if s.guesses > 0 {
		list := lists.Get().(*[]try)
		defer lists.Put(list)
		all := analyze.Fact(in, "homes", homesOf).tried.guilty(int(s.unit), 0, math.MaxInt, list)
		guessed = max(guessWalk(all, false), guessEach/2*float64(s.guesses))
	}
	if s.shots > 0 {
		payload, _ = payloadOdds(analyze.Fact(in, "volleys", volleysOf).from(s.unit))
	}
	return walked, guessed, payload
}

// habit is how many requests for the same few things are a program's habit.
const habit = 3

// settle puts deeds in order and takes the tokens from them.
func (s *suspect) settle() {
	slices.SortStableFunc(s.deeds, func(a, b deed) int {
		return cmp.Or(cmp.Compare(a.milli, b.milli), compareTokens(a.token, b.token), cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	asked := uint32(0)
	for _, d := range s.deeds {
		s.tokens = append(s.tokens, d.token)
	}
	slices.SortFunc(s.tokens, compareTokens)
	s.tokens = slices.Compact(s.tokens)
	for _, t := range s.tokens {
		if t.kind <= listToken {
			asked++
		}
	}
	if s.requests > habit && 2*asked < s.requests {
		s.lone = false
	}
	if len(s.tokens) > mostTokens {
		slices.SortFunc(s.tokens, func(a, b token) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.kind, b.kind)) })
		s.tokens = s.tokens[:mostTokens]
		slices.SortFunc(s.tokens, compareTokens)
	}
}

// within reports whether two suspects were active within a span of each other.
func (s *suspect) within(o *suspect, milli int64) bool {
	return max(s.first(), o.first())-min(s.last(), o.last()) <= milli
}
