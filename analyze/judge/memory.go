package judge

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// Memory keeps opinions by behaviour, so that a threat that was judged is not paid
// for again.
type Memory interface {
	Opinions(ctx context.Context, since time.Time) ([]analyze.Judged, error)
	KeepOpinions(ctx context.Context, learnt []analyze.Judged, since time.Time) error
}

// alike is how many bits of a SimHash may differ between two doings of one campaign.
const alike = 6

// behaviourOf is what an opinion on a case rests on: what was detected, on which
// services, how strongly, how sure the rules are, what it would mean, and what a
// person said of it. Who it was and whom it hit is no part of it.
func behaviourOf(c *analyze.Case, label string) analyze.Behaviour {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %v %q %q %q", c.Level, impacts[min(int(c.Impact), len(impacts)-1)], c.Confidence >= explainOnly, c.Detections, c.Services, ownWord(label))
	families := slices.Clone(c.Families)
	slices.SortFunc(families, func(x, y analyze.Evidence) int { return cmp.Compare(x.Family, y.Family) })
	for _, e := range families {
		fmt.Fprintf(&b, " %s %+.0f", e.Family, math.Round(e.LogOdds/2))
	}
	for _, f := range c.Findings {
		if f.Existing {
			b.WriteString(" existing")
			break
		}
	}
	fmt.Fprintf(&b, " %d %d %v", magnitude(uint64(len(c.Sources))), magnitude(c.Events), c.Collateral > 0)
	sum := sha256.Sum256([]byte(b.String()))
	return analyze.Behaviour{Traits: hex.EncodeToString(sum[:16]), Conduct: c.Conduct()}
}

// magnitude parts numbers into 1, 2 to 9, 10 to 99 and so on.
func magnitude(n uint64) int {
	if n < 2 {
		return int(n)
	}
	return 1 + len(strconv.FormatUint(n, 10))
}

// same reports whether an opinion on one behaviour holds for the other.
func same(a, b analyze.Behaviour) bool {
	if a.Traits != b.Traits || (a.Conduct == 0) != (b.Conduct == 0) {
		return false
	}
	return bits.OnesCount64(a.Conduct^b.Conduct) <= alike
}

// recall gives the cases whose behaviour was judged before their opinion, and
// returns the others.
func (s *session) recall(ctx context.Context, m Memory, list []asked) []asked {
	if m == nil {
		return list
	}
	known, err := m.Opinions(ctx, s.set.now().Add(-s.set.Recall))
	if err != nil {
		s.note("What the AI said before could not be read.")
		return list
	}
	byTraits := map[string][]analyze.Judged{}
	for _, j := range known {
		byTraits[j.Traits] = append(byTraits[j.Traits], j)
	}
	return slices.DeleteFunc(list, func(k asked) bool {
		at := slices.IndexFunc(byTraits[k.behaviour.Traits], func(j analyze.Judged) bool { return same(j.Behaviour, k.behaviour) })
		if at < 0 {
			return false
		}
		o := byTraits[k.behaviour.Traits][at].Opinion
		o.Remembered = true
		s.advice.Used.Remembered++
		s.give(&k, o)
		return true
	})
}

// keep remembers what was learnt.
func (s *session) keep(ctx context.Context, m Memory) {
	if m == nil || len(s.learnt) == 0 {
		return
	}
	if err := m.KeepOpinions(context.WithoutCancel(ctx), s.learnt, s.set.now().Add(-s.set.Recall)); err != nil {
		s.note("What the AI said could not be remembered.")
	}
}

var place = lazyregexp.New(`\{\d+\}`)

// general replaces the pseudonyms of a card by their places on it, "{0}": so is an
// explanation remembered, naming nobody. One of another card is a slip or an
// invention.
func general(text string, own []string) string {
	return pseudonym().ReplaceAllStringFunc(text, func(p string) string {
		if i := slices.Index(own, p); i >= 0 {
			return fmt.Sprintf("{%d}", i)
		}
		return "somebody"
	})
}

// particular does the reverse, on the card of another case that did the same.
func particular(text string, own []string) string {
	for i, p := range own {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), p)
	}
	return place().ReplaceAllString(text, "somebody")
}
