package window

import "gumshoe/ingest"

// auth counts a login, a failure or a refusal.
func (b *Builder) auth(r *tally, ev *ingest.Event, out outcome, at ingest.Origin) {
	name := uint64(0)
	if len(ev.User) > 0 {
		name = b.accountID(ev.Service, ev.User)
		switch out {
		case good:
			r.goodNames.add(&b.rowSets.words, name)
		case bad:
			r.bad.badNames.add(&b.rowSets.words, name)
		}
		if o := b.account(name, ev, out, r.service); b.whole || out != good {
			b.join(o, out, r.member)
		}
	}
	b.touch(r, ev, at, name)
}

// account counts an event of an account, whose id accountID has just made.
func (b *Builder) account(id uint64, ev *ingest.Event, out outcome, svc uint16) *Object {
	n, fresh := b.object(AccountObject, id, svc)
	o := b.objects.at(n)
	if fresh {
		// As it was hashed: which spellings there are depends on what else is read.
		b.named.at(n).text = b.text.join(cut(b.lower[len(b.lower)-len(ev.User):]), "")
	}
	o.count(out, ev, b.second)
	if out == good || ev.Account == ingest.AccountExists {
		o.Flags |= Exists
	}
	if ev.Account == ingest.AccountAbsent {
		o.Flags |= Absent
	}
	return o
}

// session remembers what an account did on the machine itself: sudo, useradd.
func (b *Builder) session(ev *ingest.Event, at ingest.Origin, svc uint16) {
	if len(ev.User) == 0 {
		return
	}
	id := b.accountID(ingest.ServiceSSH, ev.User)
	o := b.account(id, ev, neutral, svc)
	o.touches.add(&b.sets.touches, &Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Kind: ev.Kind, Name: id})
}
