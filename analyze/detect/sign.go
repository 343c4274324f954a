package detect

import (
	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// sign is what there is among the events of a source that were remembered singly, so
// that each of the detectors that look for one kind passes over all others.
type sign uint16

// The signs.
const (
	armed     sign = 1 << iota // hostile content
	whispered                  // text addressed to a language model
	sender                     // sends forms, see eachSent
	eager                      // more often than a person who mistypes
	denied                     // was refused where a name or a key is asked for
	failed                     // a login, or something else of a service that asks for passwords
	refused                    // asked the web for something, and got a refusal
	repelled                   // twice at least
	listed                     // asked the web for what only scanners ask for, or is never to be served
	rattled                    // and was refused; or does not speak the protocol
)

// eachSign lets look see every source with the given traits that has one of some signs,
// as analyze.EachUnit does.
func eachSign[T any](in *analyze.Input, need analyze.Trait, some sign, look func(i int, u *window.Unit, found []T) []T) []T {
	signs := analyze.Fact(in, "signs", signsOf)
	return analyze.EachEventful(in, func(i int) bool { return signs[i]&some != 0 && in.Standing(i).Is(need) }, look)
}

// signsOf lists the signs of all sources.
func signsOf(in *analyze.Input) []sign {
	owners := analyze.Fact(in, "homes", homesOf)
	out := make([]sign, len(in.Set.Units()))
	eventful := func(i int) bool { return in.Standing(i).Is(analyze.Troubled) || in.Standing(i).Is(analyze.Asked) }
	analyze.EachEventful(in, eventful, func(i int, u *window.Unit, _ []struct{}) []struct{} {
		hours, _ := owners.tried.hours(i)
		sent, refusals := 0, 0
		if len(hours) > 0 {
			out[i] = failed
		}
		for k := range u.Rows {
			if len(hours) > 0 && int(hours[0].row) == k {
				if hours[0].whispered {
					out[i] |= whispered
				}
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
				if !web {
					if whispers(&touches[n]) {
						out[i] |= whispered
					}
					continue
				}
				t := signOf(in, &touches[n])
				if t&sender != 0 {
					sent++
				}
				if t&refused != 0 {
					refusals++
				}
				out[i] |= t
			}
		}
		if refusals > 1 {
			out[i] |= repelled
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

// whispers reports text that is addressed to a language model.
func whispers(t *window.Touch) bool { return t.Class&ingest.ClassLLM != 0 }

// signOf lists the signs of a request.
func signOf(in *analyze.Input, t *window.Touch) (s sign) {
	if whispers(t) {
		s = whispered
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
	if in.Path(t.Name)&(ingest.PathVocabulary|ingest.PathSensitive) != 0 {
		s |= listed
	}
	if t.Name != 0 && refusal(t.Status) {
		s |= refused
	}
	if t.Kind == ingest.KindProbe || s&(listed|refused) == listed|refused {
		s |= rattled
	}
	return s
}
