package archive

import (
	"container/heap"
	"errors"
	"iter"
)

// merger merges sorted files without holding their rows: of each a few hundred
// are decoded at a time.
type merger[T Row] struct{ cursors []*cursor[T] }

// cursor stands in a file.
type cursor[T Row] struct {
	rows []T // the first is the next one
	from *piece
	next func() ([]T, error, bool)
	stop func()
}

const mergeBatch = 512

// add adds a file.
func (m *merger[T]) add(content []byte, from *piece) error {
	c := &cursor[T]{from: from}
	c.next, c.stop = iter.Pull2(func(yield func([]T, error) bool) {
		err := decode(content, selection{wholly: true, batch: mergeBatch}, func(rows []T) error {
			if !yield(rows, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	})
	m.cursors = append(m.cursors, c)
	return c.fill()
}

var errStopped = errors.New("stopped")

// fill decodes more rows if there are none at hand.
func (c *cursor[T]) fill() (err error) {
	for ok := true; len(c.rows) == 0 && ok && err == nil; {
		c.rows, err, ok = c.next()
	}
	return err
}

func (m *merger[T]) stop() {
	for _, c := range m.cursors {
		c.stop()
	}
}

// each hands out all rows in order, those with the same first key together. If a
// file cannot be read on, it is returned.
func (m *merger[T]) each(yield func([]T) error) (*piece, error) {
	h := &cursorHeap[T]{table: tableOf[T]()}
	for _, c := range m.cursors {
		if len(c.rows) > 0 {
			h.cursors = append(h.cursors, c)
		}
	}
	heap.Init(h)
	var same []T
	for h.Len() > 0 {
		c := h.cursors[0]
		row := c.rows[0]
		if len(same) > 0 && h.table.keyOf(&row) != h.table.keyOf(&same[0]) {
			if err := yield(same); err != nil {
				return nil, err
			}
			same = same[:0]
		}
		same = append(same, row)
		c.rows = c.rows[1:]
		if err := c.fill(); err != nil {
			return c.from, err
		}
		if len(c.rows) == 0 {
			heap.Pop(h)
		} else {
			heap.Fix(h, 0)
		}
	}
	if len(same) == 0 {
		return nil, nil
	}
	return nil, yield(same)
}

// cursorHeap is a heap of cursors by their next row.
type cursorHeap[T Row] struct {
	cursors []*cursor[T]
	table   *table[T]
}

func (h *cursorHeap[T]) Len() int { return len(h.cursors) }
func (h *cursorHeap[T]) Less(i, j int) bool {
	return h.table.compare(&h.cursors[i].rows[0], &h.cursors[j].rows[0]) < 0
}
func (h *cursorHeap[T]) Swap(i, j int) { h.cursors[i], h.cursors[j] = h.cursors[j], h.cursors[i] }
func (h *cursorHeap[T]) Push(x any)    { h.cursors = append(h.cursors, x.(*cursor[T])) }
func (h *cursorHeap[T]) Pop() any {
	last := h.cursors[len(h.cursors)-1]
	h.cursors = h.cursors[:len(h.cursors)-1]
	return last
}
