package window

import "gumshoe/ingest"

// web counts a web request.
func (b *Builder) web(t *table, r *Row, ev *ingest.Event, out outcome, member uint64, touch *Touch) {
	switch string(ev.Method) {
	case "POST":
		touch.Post = true
		r.Flags |= Wrote
	case "PUT", "DELETE":
		r.Flags |= Wrote
	}
	if len(ev.Referer) > 0 {
		r.Referred = plus(r.Referred, ev.Count)
	}
	if len(ev.User) > 0 && ev.Status >= 200 && ev.Status < 300 {
		r.Flags |= Authenticated
	}
	if out == good && ev.Request.Flags&ingest.PathStatic != 0 {
		r.Static = plus(r.Static, ev.Count)
	}
	b.agent(t, r, ev, out, member)
	if ev.Request.Template != 0 {
		touch.Name = b.pathID(ev.VHost, ev.Request.Template)
		b.path(t, r, touch.Name, ev, out, member)
	}
	if interesting(ev) {
		r.touches.add(&t.touches, touch)
	}
}

// agent counts a user agent.
func (b *Builder) agent(t *table, r *Row, ev *ingest.Event, out outcome, member uint64) {
	client := &ev.Client
	r.Clients |= 1 << client.Kind
	if client.Odd {
		r.Flags |= Odd
	}
	if client.Claim != "" {
		r.Flags |= Claimed
	}
	if client.ID == 0 {
		return
	}
	o, number := b.object(AgentObject, AgentID(client.ID), r.Hour, r.service)
	if d := &b.names[AgentObject]; o.Events == 0 && d.lacks(o.ID) {
		d.put(o.ID, Name{Text: string(cut(ev.Agent)), Client: client.Kind, Claim: client.Claim})
	}
	o.count(out, ev)

	same := r.lastAgent == number+1 // in most rows always: the sets need not be looked at
	b.pair(r, same, seconds(ev))
	if !same {
		r.agents.add(&t.words, client.ID)
		r.lastAgent = number + 1
		r.Flags &^= joinedGood | joinedBad
	}
	joined := RowFlags(0)
	switch out {
	case good:
		joined = joinedGood
	case bad, failed:
		joined = joinedBad
	}
	if r.Flags&joined != joined {
		b.join(o, out, member)
		r.Flags |= joined
	}
}

// pair counts whether adjacent requests of a source carry the same agent. The
// order is that of the chunk; the pair across a chunk's edge is not counted, so
// that the sum does not depend on who read which chunk, nor on what else a
// worker has read.
func (b *Builder) pair(r *Row, same bool, sec uint32) {
	second := uint16(sec % 3600)
	if gap := int(second) - int(r.lastSecond); r.lastChunk == b.chunk && -60 < gap && gap < 60 {
		if same {
			r.Same = plus(r.Same, 1)
		} else {
			r.Diff = plus(r.Diff, 1)
		}
	}
	r.lastChunk, r.lastSecond = b.chunk, second
}

// path counts a path template of a vhost.
func (b *Builder) path(t *table, r *Row, id uint64, ev *ingest.Event, out outcome, member uint64) {
	req := &ev.Request
	o, _ := b.object(PathObject, id, r.Hour, r.service)
	if d := &b.names[PathObject]; o.Events == 0 && d.lacks(id) {
		d.put(id, Name{Text: string(ev.VHost) + req.Text})
	}
	o.path |= req.Flags &^ ingest.PathQuery
	o.count(out, ev)
	if req.Stage >= ingest.StageSyntax && out == failed && (ev.Status < 502 || ev.Status > 504) {
		o.ProbeErrors = plus(o.ProbeErrors, ev.Count)
	}
	fresh := true // a source that the row knows with this path has joined before
	switch {
	case req.Flags&ingest.PathNeutral != 0:
	case out == bad:
		fresh = r.badNames.add(&t.words, id)
	case out == good && req.Flags&ingest.PathStatic == 0:
		fresh = r.goodNames.add(&t.words, id)
	}
	if fresh {
		b.join(o, out, member)
	}
}
