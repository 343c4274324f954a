package window

import "unsafe"

// arena hands out small blocks of T in power-of-two sizes and takes them back.
// Of a Store T holds no pointers, so millions of blocks cost the garbage collector one
// pointer a page; of a Builder, which has a few thousand, it may. An offset stays valid until its block is freed; pages
// never move, and so a pointer into a block stays valid as long. A block comes
// with whatever it held before.
type arena[T any] struct {
	pages []*[pageLen]T
	page  int         // of the next block
	used  int         // elements of that page that were handed out
	free  [8][]uint32 // offsets of freed blocks by class; class c holds 1<<c elements
}

const (
	pageBits = 8
	pageLen  = 1 << pageBits
)

// get returns the offset of a block of 1<<class elements, class at most 7.
func (a *arena[T]) get(class uint8) uint32 {
	if f := a.free[class]; len(f) > 0 {
		off := f[len(f)-1]
		a.free[class] = f[:len(f)-1]
		return off
	}
	n := 1 << class
	if a.used+n > pageLen {
		a.finishPage()
	}
	if a.page == len(a.pages) {
		a.pages = append(a.pages, new([pageLen]T))
	}
	off := uint32(a.page)<<pageBits | uint32(a.used)
	a.used += n
	return off
}

// finishPage keeps the rest of a page for smaller blocks.
func (a *arena[T]) finishPage() {
	rest := pageLen - a.used
	for class := range uint8(len(a.free)) {
		if rest&(1<<class) != 0 {
			a.put(uint32(a.page)<<pageBits|uint32(a.used), class)
			a.used += 1 << class
		}
	}
	a.page, a.used = a.page+1, 0
}

func (a *arena[T]) put(off uint32, class uint8) { a.free[class] = append(a.free[class], off) }

// reset takes all blocks back and keeps the memory.
func (a *arena[T]) reset() {
	a.page, a.used = 0, 0
	for c := range a.free {
		a.free[c] = a.free[c][:0]
	}
}

func (a *arena[T]) block(off uint32, class uint8) []T {
	n := 1 << (class & 7)
	return a.rest(off)[:n:n]
}

// run returns n elements that stand in one page.
func (a *arena[T]) run(off uint32, n int) []T {
	return a.rest(off)[:n:n]
}

// rest returns the elements from an offset on that are in its page.
func (a *arena[T]) rest(off uint32) []T {
	return unsafe.Slice(a.at(off), pageLen-off&(pageLen-1))
}

// at returns the element at an offset. To index an array by its pointer would read the
// array's first byte, to find out that the pointer is not nil: that is one more line of the
// cache, and what is read before it is written is mapped twice.
func (a *arena[T]) at(off uint32) *T {
	var t T
	return (*T)(unsafe.Add(unsafe.Pointer(a.pages[off>>pageBits]), uintptr(off&(pageLen-1))*unsafe.Sizeof(t)))
}

// len returns how many elements were handed out, of an arena that only ever
// gave single ones: their offsets are 0, 1, 2, ...
func (a *arena[T]) len() int { return a.page<<pageBits + a.used }

// truncate keeps the first n of single elements, and lets go of the pages behind them.
func (a *arena[T]) truncate(n int) {
	a.page, a.used = n>>pageBits, n&(pageLen-1)
	kept := (n + pageLen - 1) >> pageBits
	clear(a.pages[kept:])
	a.pages = a.pages[:kept]
}
