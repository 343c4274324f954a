package window

import "gumshoe/ingest"

// auth counts a login, a failure or a refusal.
func (b *Builder) auth(r *Row, ev *ingest.Event, out outcome, member uint64, t *Touch) {
	if len(ev.User) > 0 {
		t.Name = b.accountID(ev.Service, ev.User)
		switch out {
		case good:
			r.goodNames.add(&b.words, t.Name)
		case bad:
			r.badNames.add(&b.words, t.Name)
		}
		b.join(b.account(t.Name, ev, out, r.Hour, r.service), out, member)
	}
	r.touches.add(&b.touches, t)
}

// account counts an event of an account.
func (b *Builder) account(id uint64, ev *ingest.Event, out outcome, hour uint32, svc uint16) *Object {
	o, _ := b.object(AccountObject, id, hour, svc, b.seed)
	b.names[AccountObject].spell(id, ev.User)
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
	o.touches.add(&b.touches, &Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Kind: ev.Kind, Name: id})
}
