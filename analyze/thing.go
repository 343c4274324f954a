package analyze

import (
	"math/bits"
	"sync/atomic"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// thing is an account, path or agent with what its hours say together, so that
// no detector walks the hours of a busy path once for every source.
type thing struct {
	*window.Thing
	id        uint64 // the Thing's, where it is looked for
	flags     window.ObjectFlags
	path      ingest.PathFlags
	pictured  bool // a picture, a script or a style sheet is among what it stands for
	events    uint64
	denied    uint64 // of them: refused, or failed by the server
	good      uint64
	refused   int          // sources that failed on it, hour by hour
	benignBad atomic.Int32 // benign visitors whom it failed, each eightfold; and others who load what belongs to pages
}

// things finds each thing by its id. There may be a million accounts in a run:
// the table is filled on all cores, and holds no pointers to be collected.
type things struct {
	all   []thing
	slots []atomic.Uint32 // index in all + 1; 0: free
	shift int
	none  thing // what is known of an unknown id
}

func newThings(set *window.Set) *things {
	kinds := []window.ObjectKind{window.AccountObject, window.PathObject, window.AgentObject}
	n := 0
	for _, k := range kinds {
		n += len(set.Things(k))
	}
	size := bits.Len(uint(2 * n)) // at most half full
	t := &things{all: make([]thing, n), slots: make([]atomic.Uint32, 1<<size), shift: 64 - size}
	first := 0
	for _, k := range kinds {
		list := set.Things(k)
		parts(len(list), func(_, lo, hi int) {
			for i := lo; i < hi; i++ {
				t.all[first+i].sumUp(&list[i])
				t.insert(first + i)
			}
		})
		first += len(list)
	}
	return t
}

func (t *thing) sumUp(of *window.Thing) {
	t.Thing, t.id, t.path = of, of.ID, of.Name.Path
	for i := range of.Hours {
		h := &of.Hours[i]
		t.flags |= h.Flags
		t.pictured = t.pictured || h.Static > 0
		t.events += uint64(h.Events)
		t.denied += uint64(h.Bad) + uint64(h.Errors)
		t.good += uint64(h.Good)
		t.refused += of.BadCount(h)
	}
}

// slot is where the search for an id begins. Ids are hashes, but of too many the
// smallest are kept: their top bits are alike, and have to be scattered again.
func (t *things) slot(id uint64) uint64 { return id * 0x9e3779b97f4a7c15 >> t.shift }

func (t *things) insert(i int) {
	for at := t.slot(t.all[i].id); ; at++ {
		if t.slots[at&uint64(len(t.slots)-1)].CompareAndSwap(0, uint32(i)+1) {
			return
		}
	}
}

// find returns the thing of an id; of an unknown one it is empty.
func (t *things) find(id uint64) *thing {
	for at := t.slot(id); ; at++ {
		switch i := t.slots[at&uint64(len(t.slots)-1)].Load(); {
		case i == 0:
			return &t.none
		case t.all[i-1].id == id:
			return &t.all[i-1]
		}
	}
}
