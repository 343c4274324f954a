package window

import (
	"encoding/binary"

	"gumshoe/ingest"
)

// arenas hold what rows and objects grow.
type arenas struct {
	words   arena[uint64]
	touches arena[Touch]
}

// table holds rows and objects under their keys.
type table struct {
	arenas
	rows     []Row
	objects  []Object
	rowAt    index
	objectAt index
}

func unitHash(unit *[16]byte, seed uint64) uint64 {
	return mix(binary.LittleEndian.Uint64(unit[:8])^seed, binary.LittleEndian.Uint64(unit[8:]))
}

func rowHash(unit *[16]byte, hour uint32, svc uint8, seed uint64) uint64 {
	return mix(unitHash(unit, seed), uint64(hour)<<8|uint64(svc))
}

func objectHash(id uint64, hour uint32, svc uint8, seed uint64) uint64 {
	return mix(id^seed, uint64(hour)<<8|uint64(svc))
}

// row finds or makes the row of a key and notes the event's time and place.
func (b *Builder) row(unit [16]byte, hour uint32, svc uint8, sec uint32, at ingest.Origin) *Row {
	r, fresh := b.table.row(&unit, hour, svc, b.seed)
	here := Row{First: sec, firstSource: at.Source, firstOffset: at.Offset}
	if fresh || here.before(r) {
		r.First, r.firstSource, r.firstOffset = sec, at.Source, at.Offset
	}
	return r
}

func (t *table) row(unit *[16]byte, hour uint32, svc uint8, seed uint64) (r *Row, fresh bool) {
	h := rowHash(unit, hour, svc, seed)
	i, ok := t.rowAt.find(h, func(i uint32) bool {
		r := &t.rows[i]
		return r.Hour == hour && r.Service == svc && r.Unit == *unit
	})
	if !ok {
		i = uint32(len(t.rows))
		t.rows = append(t.rows, Row{Unit: *unit, Hour: hour, Service: svc})
		t.rowAt.insert(h, i, func(i uint32) uint64 {
			r := &t.rows[i]
			return rowHash(&r.Unit, r.Hour, r.Service, seed)
		})
	}
	return &t.rows[i], !ok
}

// object finds or makes the object of a key and notes the event's time.
func (b *Builder) object(k ObjectKind, id uint64, hour uint32, svc uint8, sec uint32) *Object {
	o, fresh := b.table.object(k, id, hour, svc, b.seed)
	if fresh {
		o.First = sec
	}
	o.First = min(o.First, sec)
	o.Last = max(o.Last, sec)
	return o
}

func (t *table) object(k ObjectKind, id uint64, hour uint32, svc uint8, seed uint64) (o *Object, fresh bool) {
	h := objectHash(id, hour, svc, seed)
	i, ok := t.objectAt.find(h, func(i uint32) bool {
		o := &t.objects[i]
		return o.ID == id && o.Hour == hour && o.Service == svc
	})
	if !ok {
		i = uint32(len(t.objects))
		t.objects = append(t.objects, Object{ID: id, Hour: hour, Kind: k, Service: svc})
		t.objectAt.insert(h, i, func(i uint32) uint64 {
			o := &t.objects[i]
			return objectHash(o.ID, o.Hour, o.Service, seed)
		})
	}
	return &t.objects[i], !ok
}
