package traffic

// entry is an actor and the moment it waits for. Among equal moments the one
// that was spawned first acts first, which makes a run repeatable.
type entry struct {
	at    Instant
	seq   uint64
	actor Actor
}

func (e entry) before(f entry) bool {
	return e.at < f.at || e.at == f.at && e.seq < f.seq
}

// queue is a binary heap. container/heap would box every entry.
type queue []entry

func (q *queue) push(e entry) {
	*q = append(*q, e)
	h := *q
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

// pop removes the first entry, which is (*q)[0].
func (q *queue) pop() {
	h := *q
	last := len(h) - 1
	h[0] = h[last]
	h[last] = entry{}
	h = h[:last]
	*q = h
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			return
		}
		if child+1 < last && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
