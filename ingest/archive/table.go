package archive

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// table is what is known of a kind of row beside its columns.
type table[T Row] struct {
	kind    Kind
	key     string                 // column that files are sorted by first
	time    string                 // column of the time
	compare func(a, b *T) int      // total order of the rows of a file
	stamp   func(r *T, at place)   // fills in where a row belongs
	rows    func(b *Batch) *[]T    // of this kind in a batch
	sets    func(r *T) []*[]uint64 // of the row
	keyOf   func(r *T) key         // value of the column key
	of      func(r *T) scope       // what the row speaks of
}

// place is where the rows of a batch belong.
type place struct {
	start Milli
	hour  int // of the day
	host  string
	log   string
}

// scope is the time and the log that a row speaks of.
type scope struct {
	from, to Milli
	log      string
}

// tableOf returns the table of T.
func tableOf[T Row]() *table[T] {
	var t any
	switch any((*T)(nil)).(type) {
	case *Address:
		t = &addresses
	case *Account:
		t = &accounts
	case *Path:
		t = &paths
	case *Agent:
		t = &agents
	case *Service:
		t = &services
	case *Touch:
		t = &touches
	}
	return t.(*table[T])
}

var addresses = table[Address]{
	kind: KindAddress, key: "address", time: "start",
	rows:    func(b *Batch) *[]Address { return &b.Addresses },
	compare: compareAddresses,
	stamp: func(r *Address, at place) {
		r.Start, r.Span, r.Hours, r.Host, r.Log = at.start, 3600, 1<<at.hour, at.host, at.log
	},
	sets:  func(r *Address) []*[]uint64 { return []*[]uint64{&r.GoodNames, &r.BadNames, &r.Agents} },
	keyOf: func(r *Address) key { return key(r.Address) },
	of:    func(r *Address) scope { return scope{r.Start, r.Start + 1000*Milli(r.Span), r.Log} },
}

func compareAddresses(a, b *Address) int {
	if c := bytes.Compare(a.Address[:], b.Address[:]); c != 0 { // of nearly all
		return c
	}
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Log, b.Log), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Span, b.Span))
}

var accounts = tallied(KindAccount, func(r *Account) *Tally { return &r.Tally }, func(b *Batch) *[]Account { return &b.Accounts })
var paths = tallied(KindPath, func(r *Path) *Tally { return &r.Tally }, func(b *Batch) *[]Path { return &b.Paths })
var agents = tallied(KindAgent, func(r *Agent) *Tally { return &r.Tally }, func(b *Batch) *[]Agent { return &b.Agents })
var services = tallied(KindService, func(r *Service) *Tally { return &r.Tally }, func(b *Batch) *[]Service { return &b.Services })

// tallied is the table of rows that are little more than a Tally.
func tallied[T Row](k Kind, tally func(*T) *Tally, rows func(*Batch) *[]T) table[T] {
	return table[T]{
		kind: k, key: "id", time: "start", rows: rows,
		compare: func(a, b *T) int { return compareTallies(tally(a), tally(b)) },
		stamp: func(r *T, at place) {
			t := tally(r)
			t.Start, t.Span, t.Host, t.Log = at.start, 3600, at.host, at.log
		},
		sets:  func(r *T) []*[]uint64 { return []*[]uint64{&tally(r).GoodSources, &tally(r).BadSources} },
		keyOf: func(r *T) key { return keyOfID(tally(r).ID) },
		of: func(r *T) scope {
			t := tally(r)
			return scope{t.Start, t.Start + 1000*Milli(t.Span), t.Log}
		},
	}
}

func compareTallies(a, b *Tally) int {
	if a.ID != b.ID { // of nearly all
		return cmp.Compare(a.ID, b.ID)
	}
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Log, b.Log), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Span, b.Span))
}

var touches = table[Touch]{
	kind: KindTouch, key: "address", time: "time",
	rows:    func(b *Batch) *[]Touch { return &b.Touches },
	compare: compareTouches,
	stamp:   func(r *Touch, at place) { r.Host, r.Log = at.host, at.log },
	sets:    func(*Touch) []*[]uint64 { return nil },
	keyOf:   func(r *Touch) key { return key(r.Address) },
	of:      func(r *Touch) scope { return scope{r.Time, r.Time + 1, r.Log} },
}

func compareTouches(a, b *Touch) int {
	if c := bytes.Compare(a.Address[:], b.Address[:]); c != 0 { // of nearly all
		return c
	}
	if a.Time != b.Time {
		return cmp.Compare(a.Time, b.Time)
	}
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Log, b.Log), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Action, b.Action),
		cmp.Compare(a.Status, b.Status), cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Shape, b.Shape),
		cmp.Compare(a.Via, b.Via), cmp.Compare(a.Count, b.Count), compareBools(a.Key, b.Key), compareBools(a.Absent, b.Absent),
		compareBools(a.Post, b.Post), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Param, b.Param), cmp.Compare(a.Bytes, b.Bytes),
		cmp.Compare(a.Took, b.Took), cmp.Compare(a.Wait, b.Wait), compareBools(a.Reads, b.Reads))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// arrange returns the rows, which are its own to change, as they are written:
// stamped, with every set sorted, in the order of the file.
func (t *table[T]) arrange(rows []T, at place) ([]T, error) {
	for i := range rows {
		t.stamp(&rows[i], at)
		for _, set := range t.sets(&rows[i]) {
			if len(*set) > MaxMembers {
				return nil, fmt.Errorf("a set of kind %s lists %d members, more than %d: it is to be a sketch", t.kind, len(*set), MaxMembers)
			}
			if !slices.IsSorted(*set) {
				*set = slices.Sorted(slices.Values(*set)) // rows may share it
			}
		}
	}
	rows = sortRows(t, rows)
	if t.kind != KindTouch {
		for i := 1; i < len(rows); i++ {
			if t.compare(&rows[i-1], &rows[i]) == 0 {
				return nil, fmt.Errorf("kind %s has two rows for one key", t.kind)
			}
		}
	}
	return rows, nil
}

// column is a leaf column of a row.
type column struct {
	name  string // of the field, as in the schema
	leaf  string // path in the file: that of a list ends in its elements
	index []int  // of the field in the struct
	typ   reflect.Type
}

// columnsOf lists the columns of T in the order of the fields.
func columnsOf[T Row]() []column {
	var out []column
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		if f.Anonymous || name == "" {
			continue
		}
		c := column{name: name, leaf: name, index: f.Index, typ: f.Type}
		if f.Type == reflect.TypeFor[[]uint64]() {
			c.leaf += ".list.element"
		}
		out = append(out, c)
	}
	return out
}

// columnNames returns the names of the columns of T.
func columnNames[T Row]() (names []string) {
	for _, c := range columnsOf[T]() {
		names = append(names, c.name)
	}
	return names
}

// sortRows returns the rows in the order of the file. Rows are large: they are
// compared where they stand and moved once.
func sortRows[T Row](t *table[T], rows []T) []T {
	order := make([]uint32, len(rows))
	for i := range order {
		order[i] = uint32(i)
	}
	byRow := func(i, j uint32) int { return t.compare(&rows[i], &rows[j]) }
	if slices.IsSortedFunc(order, byRow) {
		return rows
	}
	slices.SortFunc(order, byRow)
	sorted := make([]T, len(rows))
	for to, from := range order {
		sorted[to] = rows[from]
	}
	return sorted
}
