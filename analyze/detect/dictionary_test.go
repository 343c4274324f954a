package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// alphabet is the i-th of many names in alphabetical order.
func alphabet(i int) string { return fmt.Sprintf("%c%c%c", 'a'+i/26%26, 'a'+i%26, 'n') }

// bot is the i-th address of a botnet, each in a network of its own.
func bot(i int) string { return fmt.Sprintf("203.%d.%d.9", i/200, i%200) }

// T6: sixty addresses of sixty networks go through one list of names, each trying
// one every two hours. Others guess at what everybody guesses in between.
func TestOneListOfNames(t *testing.T) {
	for what, order := range map[string]func(i int) int{
		"from a to z": func(i int) int { return i },
		"from z to a": func(i int) int { return 179 - i },
	} {
		t.Run(what, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var l tape
			bots := r.Perm(180)
			for i := range 180 {
				l.miss(time.Duration(2*i)*minute, ssh, bot(bots[i]%60), alphabet(order(i)))
				if i%3 == 0 {
					l.miss(time.Duration(2*i)*minute+30*time.Second, ssh, fmt.Sprintf("198.51.%d.9", i), []string{"root", "admin", "test", "oracle"}[r.IntN(4)])
				}
				if i%5 == 0 {
					l.miss(time.Duration(2*i)*minute+40*time.Second, ssh, fmt.Sprintf("192.%d.2.9", i), alphabet(r.IntN(180))+"x")
				}
			}
			c := l.find(t, bot(7)+"/32", "dictionary_order", analyze.High)
			if len(c.Sources) < 58 || len(c.Sources) > 64 {
				t.Errorf("%d sources, want the sixty and hardly more", len(c.Sources))
			}
			if got := l.accused(); len(got) > 2 {
				t.Errorf("one list is told in %d cases: %q", len(got), got)
			}
		})
	}
}

// A botnet may share a list that is in no alphabet's order, if somebody was seen
// to go through it alone.
func TestKnownList(t *testing.T) {
	list := rand.New(rand.NewPCG(3, 4)).Perm(120)
	var l tape
	for i, n := range list {
		l.miss(time.Duration(i)*time.Second, ssh, "198.51.100.7", alphabet(n))
	}
	for i, n := range list {
		l.miss(day+time.Duration(i)*5*minute, ssh, bot(i%40), alphabet(n))
	}
	if c := l.find(t, bot(7)+"/32", "dictionary_order", analyze.High); len(c.Sources) != 40 {
		t.Errorf("%d sources", len(c.Sources))
	}
}

func TestNoListOfNames(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for what, log := range map[string]func(l *tape){
		"names in no order": func(l *tape) {
			for i, n := range r.Perm(180) {
				l.fail(time.Duration(2*i)*minute, imap, bot(i%60), "root")
				l.fail(time.Duration(2*i)*minute, imap, bot(i%60), []string{"root", "info@example.org", "admin"}[n%3])
			}
		},
		"people who mistype in the order of their names": func(l *tape) {
			for i := range 60 {
				src, user := bot(i), alphabet(i)+"@example.org"
				l.fail(time.Duration(i)*5*minute, imap, src, user)
				l.ok(time.Duration(i)*5*minute+20*time.Second, imap, src, user)
			}
		},
		"a tool that copies all mailboxes with an old password": func(l *tape) {
			for i := range 60 {
				l.ok(time.Duration(i)*time.Minute, imap, fmt.Sprintf("192.0.2.%d", i+1), alphabet(i)+"@example.org")
				l.ok(day+time.Duration(i)*time.Minute, imap, "198.51.100.7", alphabet(i)+"@example.org")
				l.fail(2*day+time.Duration(i)*time.Minute, imap, "198.51.100.7", alphabet(i)+"@example.org")
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			log(&l)
			for _, c := range l.cases() {
				if slices.Contains(c.Detections, "dictionary_order") {
					t.Errorf("%s: %d sources, %+v", c.Level, len(c.Sources), c.Families)
				}
			}
		})
	}
}

// Names at random: that any of a thousand logs shows a list is the error that was
// allowed for, many times over.
func TestOrderByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := 16; n <= 1024; n *= 4 {
		for range 200 {
			v := make([]int32, n)
			for i, p := range r.Perm(n) {
				v[i] = int32(p)
			}
			if k := len(new(piles).ascending(v)); chanceOfOrder(n, k) < math.Log(dictionaryP) {
				t.Errorf("%d of %d in order by chance", k, n)
			}
		}
	}
}

func TestAscending(t *testing.T) {
	for _, c := range []struct {
		in   []int32
		want []int // indexes
	}{
		{nil, []int{}},
		{[]int32{5}, []int{0}},
		{[]int32{3, 1, 2, 9, 4, 5}, []int{1, 2, 4, 5}},
		{[]int32{2, 2, 2}, []int{0}},
		{[]int32{4, 3, 2, 1}, []int{3}},
	} {
		got := new(piles).ascending(c.in)
		if len(got) != len(c.want) || len(c.in) > 3 && !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.in, got, c.want)
		}
	}
}
