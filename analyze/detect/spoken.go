package detect

import (
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Some inputs of a site are there for what looks hostile elsewhere: a playground for
// code, the filter of a list, the messages that a page sends home when its script fails.
// What the browsers of many visitors send to one input, and get answered, is its
// language. It is held against nobody who loads pages with what belongs to them; others
// have to know it from somewhere else. An input of which visitors make other use has no
// language, or a few who agree could lend it theirs; nor is it a visitor's to ask for
// data as often as it takes to guess them.
const (
	fewestSpeakers = 5  // networks of visitors of several pages who send one class of content to an input; or
	manySpeakers   = 20 // of those who loaded any page with what belongs to it
	mostSpoken     = 10 // distinct payloads of a reader: whoever tries more looks for a hole
	mostQueries    = 50 // requests of SQL, whatever numbers are in it
	spokenShare    = 20 // one in so many of the visits to a path that were answered well speaks it
)

// languages are the classes of content that visitors send to the inputs of a site.
type languages map[spot]ingest.Class

// spokenBy is one class of content that a visitor sent to an input.
type spokenBy struct {
	spot
	class ingest.Class
	net   hood
	known bool   // a visitor of several pages
	hour  uint32 // of a visit
}

// languagesOf learns what the visitors of a site send to its inputs.
func languagesOf(in *analyze.Input) languages {
	fired, units := analyze.Fact(in, "volleys", volleysOf), in.Set.Units()
	all := analyze.Gather(len(fired.first), func(n int, out []spokenBy) []spokenBy {
		shots := fired.of(n)
		u := &units[shots[0].from]
		if !readsPages(in, u) {
			return out
		}
		net, known, before := hoodOf(u.Prefix()), in.Standing(int(shots[0].from)).Success, len(out)
		for _, s := range shots {
			if s.Stage < ingest.StageSyntax || s.Status < 200 || s.Status >= 400 {
				continue
			}
			for rest := s.Class; rest != 0; rest &= rest - 1 {
				by := spokenBy{spot{s.Name, s.Param}, rest & -rest, net, known, uint32(s.at().Unix() / 3600)}
				if !slices.Contains(out[max(before, len(out)-window.MaxTouches):], by) {
					out = append(out, by)
				}
			}
		}
		return out
	})
	type saying struct {
		spot
		class ingest.Class
	}
	nets, visits := map[saying]map[hood]bool{}, map[saying]int{}
	for _, by := range all {
		s := saying{by.spot, by.class}
		if nets[s] == nil {
			nets[s] = map[hood]bool{}
		}
		nets[s][by.net] = nets[s][by.net] || by.known
		visits[s]++
	}
	out := languages{}
	for s, by := range nets {
		known := 0
		for _, of := range by {
			if of {
				known++
			}
		}
		if (known >= fewestSpeakers || len(by) >= manySpeakers) && spokenShare*visits[s] >= visitsOf(in, s.path) {
			out[s.spot] |= s.class
		}
	}
	return out
}

// visitsOf counts the sources that a path answered well, hour by hour; of a part of a
// page, which does nothing with what it is sent, none: only the archive tells all of them.
func visitsOf(in *analyze.Input, path uint64) (n int) {
	if th := in.Thing(path); th != nil && th.Name.Path&ingest.PathStatic == 0 {
		for i := range th.Hours {
			n += th.GoodCount(&th.Hours[i])
		}
	}
	return n
}

// foreign are the shots of a source without those that are in the language of what they
// aim at, if the source is one of those who speak it.
func foreign(in *analyze.Input, u *window.Unit, shots []shot) []shot {
	known := analyze.Fact(in, "languages", languagesOf)
	spoken := func(s shot) bool {
		return s.Stage >= ingest.StageSyntax && s.Class&^known[spot{s.Name, s.Param}] == 0 && s.Status >= 200 && s.Status < 400
	}
	if len(known) == 0 || !slices.ContainsFunc(shots, spoken) || !readsPages(in, u) {
		return shots
	}
	var own []shot
	queries := 0
	for _, s := range shots {
		if spoken(s) {
			own = append(own, s)
			if s.Stage >= ingest.StageLogic && s.Class&ingest.ClassSQLi != 0 {
				queries++
			}
		}
	}
	if (aimed{shots: own}).shapes() > mostSpoken || queries > mostQueries {
		return shots
	}
	return slices.DeleteFunc(slices.Clone(shots), spoken)
}
