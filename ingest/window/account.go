package window

import (
	"bytes"

	"gumshoe/ingest"
)

// auth counts a login, a failure or a refusal.
func (b *Builder) auth(t *table, r *Row, ev *ingest.Event, out outcome, member uint64, touch *Touch) {
	if len(ev.User) > 0 {
		touch.Name = b.accountID(ev.Service, ev.User)
		switch out {
		case good:
			r.goodNames.add(&t.words, touch.Name)
		case bad:
			r.badNames.add(&t.words, touch.Name)
		}
		b.join(b.account(touch.Name, ev, out, r.Hour, r.service), out, member)
	}
	r.touches.add(&t.touches, touch)
}

// account counts an event of an account, whose id accountID has just made.
func (b *Builder) account(id uint64, ev *ingest.Event, out outcome, hour uint32, svc uint16) *Object {
	o, _ := b.object(AccountObject, id, hour, svc)
	if o.Flags&spelled == 0 {
		b.names[AccountObject].spell(id, ev.User)
		if bytes.HasSuffix(b.lower, ev.User) { // what was hashed: no other spelling is greater
			o.Flags |= spelled
		}
	}
	o.count(out, ev)
	if out == good || ev.Account == ingest.AccountExists {
		o.Flags |= Exists
	}
	if ev.Account == ingest.AccountAbsent {
		o.Flags |= Absent
	}
	return o
}

// session remembers what an account did on the machine itself: sudo, useradd.
func (b *Builder) session(ev *ingest.Event, at ingest.Origin, hour uint32, svc uint16) {
	if len(ev.User) == 0 {
		return
	}
	id := b.accountID(ingest.ServiceSSH, ev.User)
	o := b.account(id, ev, neutral, hour, svc)
	o.touches.add(&b.tables[objectShard(id)].touches, &Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Kind: ev.Kind, Name: id})
}
