package window

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever sets hold, they hold after pack, in no more pages than all of it fills
// but for the ends at which nothing fitted.
func TestPackKeepsWhatSetsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var table table
	var want [][]uint64
	var sketches []int
	words := 0
	for i := range 4000 {
		table.rows.get(0)
		row := table.rows.at(uint32(i))
		*row = Row{}
		n := r.IntN(12)
		if i%50 == 0 {
			n = r.IntN(3 * Exact)
		}
		members := hashes(r.Uint64(), n)
		for _, m := range members {
			row.goodNames.add(&table.words, m)
		}
		if i%3 == 0 { // what was dropped leaves a gap
			row.goodNames.drop(&table.words)
			members = nil
		}
		slices.Sort(members)
		want = append(want, members)
		sketches = append(sketches, row.goodNames.count(&table.words))
		if n := len(members); n > 1 && n <= Exact {
			words += n
		}
	}
	before := len(table.words.pages)
	table.pack()
	for i, members := range want {
		set := &table.rows.at(uint32(i)).goodNames
		set.sort(&table.words)
		got, exact := set.members(&table.words)
		if exact != (len(members) <= Exact) || exact && !slices.Equal(got, members) {
			t.Fatalf("set %d holds %x, want %x", i, got, members)
		}
		if n := set.count(&table.words); n != sketches[i] {
			t.Fatalf("set %d counts %d, want %d", i, n, sketches[i])
		}
	}
	if most := words/(pageLen-Exact) + 1; len(table.words.pages) > most {
		t.Errorf("%d of %d pages are left, want at most %d", len(table.words.pages), before, most)
	}
}

// Touches and answers move with what points to them.
func TestPackMovesTouchesAndAnswers(t *testing.T) {
	var table table
	for i := range uint32(300) {
		table.objects.get(0)
		o := table.objects.at(i)
		*o = Object{}
		for n := range int64(i % 7) {
			o.touches.add(&table.touches, &Touch{Milli: n, Name: uint64(i)})
		}
		if i%2 == 0 {
			o.answers.add(&table.words, Answers{Sized: uint64(i) + 1})
		}
		if i%5 == 0 {
			o.touches.drop(&table.touches)
		}
	}
	table.pack()
	for i := range uint32(300) {
		o := table.objects.at(i)
		touches := o.touches.list(&table.touches)
		want := int(i % 7)
		if i%5 == 0 {
			want = 0
		}
		if len(touches) != want {
			t.Fatalf("object %d has %d touches, want %d", i, len(touches), want)
		}
		for n := range touches {
			if touches[n] != (Touch{Milli: int64(n), Name: uint64(i)}) {
				t.Errorf("object %d: touch %d is %+v", i, n, touches[n])
			}
		}
		if got := o.answers.get(&table.words).Sized; i%2 == 0 && got != uint64(i)+1 || i%2 == 1 && got != 0 {
			t.Errorf("object %d has the answers of %d", i, got)
		}
	}
}
