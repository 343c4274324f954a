package ingest

import (
	"maps"
	"slices"
)

// HourSpan is where the lines of one hour stand in a source.
type HourSpan struct {
	Hour     int64  // hours since 1970-01-01T00Z
	From, To int64  // offsets in bytes: of the first line, behind the last one
	Lines    uint64 // with an event and a believable stamp
}

// hours are the spans of a source. Logs ascend, and so the last one that was
// asked for nearly always is the one that is asked for.
type hours struct {
	of   map[int64]*HourSpan
	last *HourSpan
}

// add notes a line.
func (h *hours) add(milli, from, to int64) {
	h.join(HourSpan{Hour: milli / 3600_000, From: from, To: to, Lines: 1})
}

// join adds a span to that of its hour.
func (h *hours) join(p HourSpan) {
	if h.last == nil || h.last.Hour != p.Hour {
		if h.last = h.of[p.Hour]; h.last == nil {
			if h.of == nil {
				h.of = map[int64]*HourSpan{}
			}
			h.last = &HourSpan{Hour: p.Hour, From: p.From, To: p.To}
			h.of[p.Hour] = h.last
		}
	}
	s := h.last
	s.From, s.To = min(s.From, p.From), max(s.To, p.To)
	s.Lines += p.Lines
}

// merge adds the spans of another part of the source.
func (h *hours) merge(o *hours) {
	for _, p := range o.of {
		h.join(*p)
	}
}

// list returns the spans in order of time.
func (h *hours) list() []HourSpan {
	var out []HourSpan
	for _, hour := range slices.Sorted(maps.Keys(h.of)) {
		out = append(out, *h.of[hour])
	}
	return out
}
