package window

import (
	"bytes"
	"strings"

	"gumshoe/ingest"
)

// Builder is the Sink of one worker: it counts events into hourly rows and
// objects. Builders are merged by Merge.
type Builder struct {
	hash  ingest.Hash
	seed  uint64 // of the process, for tables
	logs  []uint64
	names map[uint64]Name
	table

	services []string
	service  string // the last one, and its index: lines come in runs
	index    uint8
	vhost    []byte
	vhostID  uint64
	chunk    uint32
	lower    []byte
}

// Options of the windows.
type Options struct {
	Hash ingest.Hash
	Logs []string // name of the log each source belongs to: rotated siblings share one
	Seed uint64   // of the tables; random per process
}

// NewBuilder returns an empty builder.
func NewBuilder(opt Options) *Builder {
	b := &Builder{hash: opt.Hash, seed: opt.Seed, names: map[uint64]Name{}}
	for _, l := range opt.Logs {
		id := tagged(LogObject, b.hash.String(l))
		b.logs = append(b.logs, id)
		b.names[id] = Name{Text: l}
	}
	return b
}

// tagged keeps the ids of different kinds of object apart.
func tagged(k ObjectKind, id uint64) uint64 { return mix(id, uint64(k)+1) | 1 }

// Begin implements ingest.Sink.
func (b *Builder) Begin(chunk uint32) { b.chunk = chunk + 1 }

// Add implements ingest.Sink.
func (b *Builder) Add(ev *ingest.Event, at ingest.Origin) {
	sec := uint32(ev.Time / 1000)
	hour := sec / 3600
	svc := b.serviceIndex(ev.Service)
	out := outcomeOf(ev)

	if int(at.Source) < len(b.logs) {
		b.object(LogObject, b.logs[at.Source], hour, 0, sec).count(out, ev)
	}
	if ev.Kind == ingest.KindSession {
		b.session(ev, at, hour, svc, sec)
		return
	}
	var unit [16]byte
	var member uint64
	if ev.Src.IsValid() {
		unit = unitOf(ev.Src)
		member = UnitID(b.hash, unit)
	}
	s := b.object(ServiceObject, b.serviceID(svc), hour, svc, sec)
	s.count(out, ev)
	b.join(s, out, member)
	if member == 0 {
		return
	}
	if ev.Kind == ingest.KindConnect || ev.Kind == ingest.KindDisconnect || ev.Kind == ingest.KindOther {
		return // a bare connection proves nothing, for or against
	}

	r := b.row(unit, hour, svc, sec, at)
	previous := r.Last
	r.Last = max(r.Last, sec)
	r.Events += ev.Count
	r.Minutes |= 1 << (sec % 3600 / 60)
	switch out {
	case good:
		r.Good += ev.Count
	case bad:
		r.Bad += ev.Count
	case failed:
		r.Errors += ev.Count
	}
	if ev.Kind == ingest.KindProbe {
		r.Probes += ev.Count
	}
	t := Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Status: ev.Status, Kind: ev.Kind,
		Stage: ev.Request.Stage, Class: ev.Request.Class, Aux: ev.Request.Shape, Key: ev.Key, Absent: ev.Account == ingest.AccountAbsent}
	if ev.Method != nil {
		b.web(r, ev, out, member, &t, previous)
	} else {
		b.auth(r, ev, out, member, &t)
	}
}

// outcome reduces an event to what it means for its source.
type outcome uint8

const (
	neutral outcome = iota
	good
	bad
	failed // the server's own failure
)

func outcomeOf(ev *ingest.Event) outcome {
	if ev.Method != nil && ev.Kind != ingest.KindAuthFailure && ev.Kind != ingest.KindAuthSuccess {
		switch s := ev.Status; {
		case s >= 500 && s < 600:
			return failed
		case s >= 400 && s < 500:
			return bad
		case s >= 200 && s < 400 && ev.Kind != ingest.KindProbe:
			return good
		}
		return neutral
	}
	switch {
	case ev.Kind == ingest.KindAuthSuccess:
		return good
	case ev.Kind == ingest.KindInvalidUser: // announced, counted when it fails
		return neutral
	case ev.Kind.Hostile():
		return bad
	}
	return neutral
}

func (b *Builder) web(r *Row, ev *ingest.Event, out outcome, member uint64, t *Touch, previous uint32) {
	req, client := &ev.Request, &ev.Client
	t.Post = len(ev.Method) == 4 && string(ev.Method) == "POST"
	if t.Post || string(ev.Method) == "PUT" || string(ev.Method) == "DELETE" {
		r.Flags |= Wrote
	}
	if len(ev.Referer) > 0 {
		r.Referred++
	}
	if len(ev.User) > 0 && ev.Status >= 200 && ev.Status < 300 {
		r.Flags |= Authenticated
	}
	r.Clients |= 1 << client.Kind
	if client.Odd {
		r.Flags |= Odd
	}
	if client.Claim != "" {
		r.Flags |= Claimed
	}
	if out == good && req.Flags&ingest.PathStatic != 0 {
		r.Static++
	}
	if client.ID != 0 {
		b.pair(r, uint32(client.ID>>32), uint32(t.Milli/1000)-previous)
		r.agents.add(&b.words, client.ID)
		o := b.object(AgentObject, tagged(AgentObject, client.ID), r.Hour, r.Service, uint32(t.Milli/1000))
		if o.Events == 0 {
			b.name(o.ID, func() Name {
				return Name{Text: cut(ev.Agent), Client: client.Kind, Claim: client.Claim}
			})
		}
		o.count(out, ev)
		b.join(o, out, member)
	}
	if req.Template == 0 {
		return
	}
	id := b.pathID(ev.VHost, req.Template)
	t.Name = id
	switch {
	case req.Flags&ingest.PathNeutral != 0:
	case out == bad:
		r.badNames.add(&b.words, id)
	case out == good && req.Flags&ingest.PathStatic == 0:
		r.goodNames.add(&b.words, id)
	}
	o := b.object(PathObject, id, r.Hour, r.Service, uint32(t.Milli/1000))
	if o.Events == 0 {
		b.name(id, func() Name { return Name{Text: string(ev.VHost) + req.Text, Path: req.Flags &^ ingest.PathQuery} })
	}
	o.count(out, ev)
	if req.Stage >= ingest.StageSyntax && out == failed && (ev.Status < 502 || ev.Status > 504) {
		o.ProbeErrors += ev.Count
	}
	b.join(o, out, member)
	if interesting(ev) {
		r.touches.add(&b.touches, *t)
	}
}

// interesting decides which web requests are remembered singly.
func interesting(ev *ingest.Event) bool {
	req := &ev.Request
	return ev.Status >= 400 || ev.Kind == ingest.KindProbe || req.Stage >= ingest.StageSyntax ||
		req.Flags&(ingest.PathVocabulary|ingest.PathSensitive) != 0 ||
		req.Flags&ingest.PathLogin != 0 && string(ev.Method) == "POST"
}

// pair counts whether adjacent requests of a source carry the same agent. The
// order is that of the chunk; the pair across a chunk's edge is not counted, so
// that the sum does not depend on who read which chunk.
func (b *Builder) pair(r *Row, agent, gap uint32) {
	if r.lastChunk == b.chunk && gap < 60 {
		if r.lastAgent == agent {
			r.Same = saturate(r.Same, 1)
		} else {
			r.Diff = saturate(r.Diff, 1)
		}
	}
	r.lastChunk, r.lastAgent = b.chunk, agent
}

func (b *Builder) auth(r *Row, ev *ingest.Event, out outcome, member uint64, t *Touch) {
	if len(ev.User) > 0 {
		t.Name = b.accountID(ev.Service, ev.User)
		switch out {
		case good:
			r.goodNames.add(&b.words, t.Name)
		case bad:
			r.badNames.add(&b.words, t.Name)
		}
		b.account(t.Name, ev, out, r.Hour, r.Service, member)
	}
	r.touches.add(&b.touches, *t)
}

func (b *Builder) account(id uint64, ev *ingest.Event, out outcome, hour uint32, svc uint8, member uint64) *Object {
	o := b.object(AccountObject, id, hour, svc, uint32(ev.Time/1000))
	if o.Events == 0 {
		b.name(id, func() Name { return Name{Text: cut(ev.User)} })
	}
	o.count(out, ev)
	if out == good || ev.Account == ingest.AccountExists {
		o.Flags |= Exists
	}
	if ev.Account == ingest.AccountAbsent {
		o.Flags |= Absent
	}
	b.join(o, out, member)
	return o
}

// session remembers what an account did on the machine itself: sudo, useradd.
func (b *Builder) session(ev *ingest.Event, at ingest.Origin, hour uint32, svc uint8, sec uint32) {
	if len(ev.User) == 0 {
		return
	}
	id := b.accountID(ingest.ServiceSSH, ev.User)
	o := b.account(id, ev, neutral, hour, svc, 0)
	o.touches.add(&b.touches, Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: 1, Kind: ev.Kind, Name: id, Aux: uint64(svc)})
}

// join adds a source to the sets of an object.
func (b *Builder) join(o *Object, out outcome, member uint64) {
	if member == 0 {
		return
	}
	switch out {
	case good:
		o.goodUnits.add(&b.words, member)
	case bad, failed:
		o.badUnits.add(&b.words, member)
	}
}

func (o *Object) count(out outcome, ev *ingest.Event) {
	o.Events += ev.Count
	switch out {
	case good:
		o.Good += ev.Count
		if ev.Request.Flags&ingest.PathStatic != 0 {
			o.Static += ev.Count
		}
	case bad:
		o.Bad += ev.Count
	case failed:
		o.Errors += ev.Count
	}
	if ev.Request.Stage >= ingest.StageSyntax {
		o.Probes += ev.Count
	}
}

func (b *Builder) serviceIndex(s string) uint8 {
	if s == b.service && len(b.services) > 0 {
		return b.index
	}
	i := 0
	for ; i < len(b.services); i++ {
		if b.services[i] == s {
			break
		}
	}
	if i == len(b.services) {
		if i == 255 { // user formats may name services; the rest share the last
			i = 254
		} else {
			b.services = append(b.services, s)
			b.names[tagged(ServiceObject, b.hash.String(s))] = Name{Text: s}
		}
	}
	b.service, b.index = s, uint8(i)
	return b.index
}

func (b *Builder) serviceID(svc uint8) uint64 {
	return tagged(ServiceObject, b.hash.String(b.services[svc]))
}

// UnitID is the hash of a unit as it stands in the sets of objects.
func UnitID(h ingest.Hash, unit [16]byte) uint64 { return h.Bytes(unit[:]) }

// accountID hashes an account within its service group: SMTP and IMAP share
// their passwords, SSH, sudo and the console theirs. Letter case is folded.
func (b *Builder) accountID(service string, user []byte) uint64 {
	b.lower = append(b.lower[:0], group(service)...)
	b.lower = append(b.lower, 0)
	b.lower = appendLower(b.lower, user)
	return tagged(AccountObject, b.hash.Bytes(b.lower))
}

func group(service string) string {
	switch service {
	case ingest.ServiceSMTP, ingest.ServiceIMAP:
		return "mail"
	case ingest.ServiceSSH, ingest.ServiceSudo, ingest.ServiceLogin:
		return "shell"
	}
	return service
}

func appendLower(dst, s []byte) []byte {
	for _, c := range s {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

func (b *Builder) pathID(vhost []byte, template uint64) uint64 {
	if len(vhost) == 0 {
		return tagged(PathObject, template)
	}
	if !bytes.Equal(vhost, b.vhost) {
		b.vhost = append(b.vhost[:0], vhost...)
		b.vhostID = b.hash.Bytes(vhost)
	}
	return tagged(PathObject, mix(template, b.vhostID))
}

func (b *Builder) name(id uint64, make func() Name) {
	if _, ok := b.names[id]; !ok {
		b.names[id] = make()
	}
}

// cut bounds what is kept of the attacker's text.
func cut(s []byte) string {
	if len(s) > 256 {
		s = s[:256]
	}
	return strings.ToValidUTF8(string(s), "\uFFFD")
}
