package window

import (
	"cmp"
	"slices"
	"unsafe"
)

// tenant is what lives in a block of an arena.
type tenant interface {
	home() (off uint32, n int)
	move(to uint32)
}

// tenancy is a tenant and the n elements from off on that it fills.
type tenancy struct {
	off    uint32
	n      int
	tenant tenant
}

func (d *Distinct) home() (uint32, int) { return d.off(), int(d.size()) }
func (d *Distinct) move(to uint32)      { d.set(to, d.size(), d.class()) }

func (l *Touches) home() (uint32, int) { return l.off, int(l.n) }
func (l *Touches) move(to uint32)      { l.off = to }

func (s *answers) home() (uint32, int) { return uint32(*s - 1), 1 << answersClass }
func (s *answers) move(to uint32)      { *s = answers(to + 1) }

// worthPacking is how many bytes the sets and touches of a table take, at the least,
// where it is packed: below a few dozen MiB in all nobody misses the memory, and it is
// 3 % of the time.
const worthPacking = 2 << 20

func (t *table) held() int {
	return len(t.words.pages)*pageLen*int(unsafe.Sizeof(uint64(0))) + len(t.touches.pages)*pageLen*int(unsafe.Sizeof(Touch{}))
}

// pack moves together what the rows and objects hold that will grow no more. The
// blocks of sets are a third larger than what is in them; and of a sketch that
// nothing is merged into its count is all that anybody asks for.
func (t *table) pack() {
	var words, touches []tenancy
	set := func(d *Distinct) {
		if d.sketched() {
			d.conclude(&t.words)
		} else if !d.empty() && !d.single() {
			words = append(words, tenancyOf(d))
		}
	}
	list := func(l *Touches) {
		if l.n > 0 {
			touches = append(touches, tenancyOf(l))
		}
	}
	for i := range uint32(t.rows.len()) {
		r := t.rows.at(i)
		set(&r.goodNames)
		set(&r.agents)
		if r.trouble != 0 {
			bad := t.troubles.at(r.trouble - 1)
			set(&bad.badNames)
			list(&bad.touches)
		}
	}
	for i := range uint32(t.objects.len()) {
		o := t.objects.at(i)
		set(&o.goodUnits)
		set(&o.badUnits)
		list(&o.touches)
		if o.answers != 0 {
			words = append(words, tenancyOf(&o.answers))
		}
	}
	t.words.pack(words)
	t.touches.pack(touches)
}

func tenancyOf(t tenant) tenancy {
	off, n := t.home()
	return tenancy{off, n, t}
}

// pack moves all tenants to the front, in the order in which they stand: none gets
// further back by that, and none across the edge of a page. Nothing is to be got
// or put afterwards.
func (a *arena[T]) pack(all []tenancy) {
	slices.SortFunc(all, func(x, y tenancy) int { return cmp.Compare(x.off, y.off) })
	end := uint32(0)
	for _, x := range all {
		if end&(pageLen-1)+uint32(x.n) > pageLen {
			end = (end + pageLen - 1) &^ (pageLen - 1)
		}
		if end != x.off {
			copy(a.run(end, x.n), a.run(x.off, x.n))
			x.tenant.move(end)
		}
		end += uint32(x.n)
	}
	a.truncate(int(end))
	a.free = [len(a.free)][]uint32{}
}
