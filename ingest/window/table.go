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
	rows     arena[Row]
	objects  arena[Object]
	rowAt    index
	objectAt index
}

func unitHash(unit *[16]byte, seed uint64) uint64 {
	return mix(binary.LittleEndian.Uint64(unit[:8])^seed, binary.LittleEndian.Uint64(unit[8:]))
}

func rowHash(unit *[16]byte, hour uint32, svc uint16, seed uint64) uint64 {
	return mix(unitHash(unit, seed), uint64(hour)<<16|uint64(svc))
}

func objectHash(id uint64, hour uint32, svc uint16, seed uint64) uint64 {
	return mix(id^seed, uint64(hour)<<16|uint64(svc))
}

// row finds or makes the row of a key.
func (t *table) row(unit *[16]byte, hour uint32, svc uint16, seed uint64) *Row {
	h := rowHash(unit, hour, svc, seed)
	i, ok := t.rowAt.find(h, func(i uint32) bool {
		r := t.rows.at(i)
		return r.Hour == hour && r.service == svc && r.Unit == *unit
	})
	if ok {
		return t.rows.at(i)
	}
	i = t.rows.get(0)
	t.rowAt.insert(h, i)
	r := t.rows.at(i)
	*r = Row{Unit: *unit, Hour: hour, service: svc, First: math.MaxUint32}
	return r
}

// object finds or makes the object of a key.
func (t *table) object(k ObjectKind, id uint64, hour uint32, svc uint16, seed uint64) *Object {
	h := objectHash(id, hour, svc, seed)
	i, ok := t.objectAt.find(h, func(i uint32) bool {
		o := t.objects.at(i)
		return o.ID == id && o.Hour == hour && o.service == svc && o.Kind == k
	})
	if ok {
		return t.objects.at(i)
	}
	i = t.objects.get(0)
	t.objectAt.insert(h, i)
	o := t.objects.at(i)
	*o = Object{ID: id, Hour: hour, Kind: k, service: svc, First: math.MaxUint32}
	return o
}
