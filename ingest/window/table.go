package window

import (
	"encoding/binary"
	"math"
)

// arenas hold what rows and objects grow.
type arenas struct {
	words   arena[uint64]
	touches arena[Touch]
}

// table holds rows and objects under their keys. It grows by pages: nothing is
// copied, and no two generations of a slice are alive at once.
type table struct {
	arenas
	rows    arena[Row]
	objects arena[Object]
	hours   map[uint32]*hour
	last    *hour // the one that was asked for last
}

// hour finds the rows and objects of one hour. Logs are written in order of
// time: an index of one hour is small enough to stay near the processor while
// the hour lasts, one of all hours is not.
type hour struct {
	number  uint32
	rows    index
	objects index
}

func (t *table) hour(number uint32) *hour {
	if t.last != nil && t.last.number == number {
		return t.last
	}
	h := t.hours[number]
	if h == nil {
		if t.hours == nil {
			t.hours = map[uint32]*hour{}
		}
		h = &hour{number: number}
		t.hours[number] = h
	}
	t.last = h
	return h
}

func unitHash(unit *[16]byte, seed uint64) uint64 {
	return mix(binary.LittleEndian.Uint64(unit[:8])^seed, binary.LittleEndian.Uint64(unit[8:]))
}

func rowHash(unit *[16]byte, svc uint16, seed uint64) uint64 {
	return mix(unitHash(unit, seed), uint64(svc))
}

func objectHash(id uint64, svc uint16, seed uint64) uint64 { return mix(id^seed, uint64(svc)) }

// row finds or makes the row of a key.
func (t *table) row(unit *[16]byte, hour uint32, svc uint16, seed uint64) *Row {
	at, h := &t.hour(hour).rows, rowHash(unit, svc, seed)
	i, ok := at.find(h, func(i uint32) bool {
		r := t.rows.at(i)
		return r.service == svc && r.Unit == *unit
	})
	if ok {
		return t.rows.at(i)
	}
	i = t.rows.get(0)
	at.insert(h, i)
	r := t.rows.at(i)
	*r = Row{Unit: *unit, Hour: hour, service: svc, First: math.MaxUint32}
	return r
}

// object finds or makes the object of a key; number is its place in the table.
func (t *table) object(k ObjectKind, id uint64, hour uint32, svc uint16, seed uint64) (o *Object, number uint32) {
	at, h := &t.hour(hour).objects, objectHash(id, svc, seed)
	i, ok := at.find(h, func(i uint32) bool {
		o := t.objects.at(i)
		return o.ID == id && o.service == svc && o.Kind == k
	})
	if ok {
		return t.objects.at(i), i
	}
	i = t.objects.get(0)
	at.insert(h, i)
	o = t.objects.at(i)
	*o = Object{ID: id, Hour: hour, Kind: k, service: svc, First: math.MaxUint32}
	return o, i
}
