package detect

import (
	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// sign is what there is among the events of a source that were remembered singly, so
// that each of the detectors that look for one kind passes over all others.
type sign uint8

// The signs.
const (
	armed     sign = 1 << iota // hostile content
	whispered                  // text addressed to a language model
	sender                     // sends forms, see eachSent
	eager                      // more often than a person who mistypes
	touched                    // anything
	denied                     // was refused where a name or a key is asked for
)

// eachSign lets look see every source with the given traits that has one of some signs,
// as analyze.EachUnit does.
func eachSign[T any](in *analyze.Input, need analyze.Trait, some sign, look func(i int, u *window.Unit, found []T) []T) []T {
	signs := analyze.Fact(in, "signs", signsOf)
	return analyze.EachUnit(in, need, func(i int, u *window.Unit, found []T) []T {
		if signs[i]&some == 0 {
			return found
		}
		return look(i, u, found)
	})
}

// signsOf lists the signs of all sources.
func signsOf(in *analyze.Input) []sign {
	owners := analyze.Fact(in, "homes", homesOf)
	out := make([]sign, len(in.Set.Units()))
	analyze.EachUnit(in, 0, func(i int, u *window.Unit, _ []struct{}) []struct{} {
		hours, _ := owners.tried.hours(i)
		sent := 0
		for k := range u.Rows {
			if len(hours) > 0 && int(hours[0].row) == k {
				out[i] |= hours[0].signs
				hours = hours[1:]
				continue
			}
			r := &u.Rows[k]
			touches := u.Touches(r)
			if len(touches) == 0 {
				continue
			}
			web := in.Set.Service(r.Service) == ingest.ServiceWeb
			for n := range touches {
				t := signOf(web, &touches[n])
				if t&sender != 0 {
					sent++
				}
				out[i] |= t
			}
		}
		if sent > typos {
			out[i] |= eager
		}
		return nil
	})
	return out
}

// anyRow reports whether one of the rows is as asked. Rows are large: they are not copied.
func anyRow(u *window.Unit, is func(*window.Row) bool) bool {
	for i := range u.Rows {
		if is(&u.Rows[i]) {
			return true
		}
	}
	return false
}

func signOf(web bool, t *window.Touch) sign {
	s := touched
	if t.Class&ingest.ClassLLM != 0 {
		s |= whispered
	}
	if !web {
		return s
	}
	if t.Stage > ingest.StageNone && t.Class != ingest.ClassLLM {
		s |= armed
	}
	if t.Post {
		s |= sender
	}
	if t.Status == 401 || t.Status == 403 {
		s |= denied
	}
	return s
}
