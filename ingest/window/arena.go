package window

// arena hands out small blocks of T in power-of-two sizes and takes them back.
// T holds no pointers, so millions of blocks cost the garbage collector one
// pointer a page. An offset stays valid until its block is freed; pages
// never move, and so a pointer into a block stays valid as long.
type arena[T any] struct {
	pages []*[pageLen]T
	used  int         // elements of the last page that were handed out
	free  [8][]uint32 // offsets of freed blocks by class; class c holds 1<<c elements
}

const (
	pageBits = 8
	pageLen  = 1 << pageBits
)

// get returns the offset of a zeroed block of 1<<class elements, class at most 7.
func (a *arena[T]) get(class uint8) uint32 {
	if f := a.free[class]; len(f) > 0 {
		off := f[len(f)-1]
		a.free[class] = f[:len(f)-1]
		clear(a.block(off, class))
		return off
	}
	n := 1 << class
	if len(a.pages) == 0 || a.used+n > pageLen {
		a.pages = append(a.pages, new([pageLen]T))
		a.used = 0
	}
	off := uint32(len(a.pages)-1)<<pageBits | uint32(a.used)
	a.used += n
	return off
}

func (a *arena[T]) put(off uint32, class uint8) { a.free[class] = append(a.free[class], off) }

func (a *arena[T]) block(off uint32, class uint8) []T {
	i := off & (pageLen - 1)
	return a.pages[off>>pageBits][i : i+1<<class : i+1<<class]
}

// at returns the element at an offset.
func (a *arena[T]) at(off uint32) *T { return &a.pages[off>>pageBits][off&(pageLen-1)] }

// len returns how many elements were handed out, of an arena that only ever
// gave single ones: their offsets are 0, 1, 2, ...
func (a *arena[T]) len() int {
	if len(a.pages) == 0 {
		return 0
	}
	return (len(a.pages)-1)<<pageBits + a.used
}
