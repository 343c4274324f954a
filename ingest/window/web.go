package window

import (
	"math"

	"gumshoe/ingest"
)

// web counts a web request.
func (b *Builder) web(r *tally, ev *ingest.Event, out outcome, at ingest.Origin) {
	switch string(ev.Method) {
	case "POST", "PUT", "DELETE":
		r.Flags |= Wrote
	}
	if len(ev.User) > 0 && ev.Status >= 200 && ev.Status < 300 {
		r.Flags |= Authenticated
	}
	if out == good {
		if ev.Request.Flags&ingest.PathStatic != 0 {
			r.Flags |= Assets
			r.Parts = plus(r.Parts, uint8(min(ev.Count, math.MaxUint8)))
		}
		if d := ev.Request.Document; d != 0 {
			r.Documents |= 1 << (d - 1)
		}
	}
	b.agent(r, ev, out)
	path := uint64(0)
	if ev.Request.Template != 0 {
		if s := b.sight; s != nil {
			path = s.pathID
		} else {
			path = b.pathID(ev.VHost, ev.Request.Template)
		}
		b.path(r, path, ev, out)
	}
	if interesting(ev) {
		b.touch(r, ev, at, path)
	}
}

// agent counts a user agent.
func (b *Builder) agent(r *tally, ev *ingest.Event, out outcome) {
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
	same := r.client == client.ID // in most rows always: nothing need be looked up
	r.pair(same, b.chunk, b.second)
	if !same {
		id := agentID(client.ID)
		n, fresh := b.object(AgentObject, id, r.service)
		if fresh {
			*b.named.at(n) = naming{b.text.join(cut(ev.Agent), ""), client.Kind, client.Claim}
		}
		r.agents.add(&b.rowSets.words, id)
		r.client, r.agent, r.joined = client.ID, n, 0
	}
	o := b.objects.at(r.agent)
	o.count(out, ev, b.second)
	if !b.whole {
		return
	}
	into := joined(0)
	switch out {
	case good:
		into = joinedGood
	case bad, failed:
		into = joinedBad
	}
	if r.joined&into != into {
		b.join(o, out, r.member)
		r.joined |= into
	}
}

// path counts a path template of a vhost.
func (b *Builder) path(r *tally, id uint64, ev *ingest.Event, out outcome) {
	req := &ev.Request
	o, n, fresh := b.pathObject(id, r.service)
	if fresh {
		b.named.at(n).text = b.text.join(ev.VHost, req.Text)
	}
	o.path |= req.Flags &^ ingest.PathQuery
	o.count(out, ev, b.second)
	if req.Stage >= ingest.StageSyntax && out == failed && (ev.Status < 502 || ev.Status > 504) {
		o.ProbeErrors = plus(o.ProbeErrors, ev.Count)
	}
	o.answers.add(&b.sets.words, answersOf(ev))
	fresh = true // a source that the row knows with this path has joined before
	switch {
	case req.Flags&ingest.PathNeutral != 0:
	case out == bad:
		fresh = r.bad.badNames.add(&b.rowSets.words, id)
	case out == good && req.Flags&ingest.PathStatic == 0:
		fresh = r.goodNames.add(&b.rowSets.words, id)
	}
	if part := req.Flags&(ingest.PathStatic|ingest.PathQuery) == ingest.PathStatic; fresh && (b.whole || !part || out != good) {
		b.join(o, out, r.member)
	}
}

// pathObject finds or makes the object of a path, where Foresee saw it if it did. A fresh
// one is not named yet.
func (b *Builder) pathObject(id uint64, svc uint16) (o *Object, number uint32, fresh bool) {
	s := b.sight
	switch {
	case s == nil || s.service != svc:
		number, fresh = b.object(PathObject, id, svc)
	case s.path != nil && s.path.is(PathObject, id, svc) && s.path.Hour == b.hour:
		return s.path, 0, false
	default:
		number, fresh = b.tagged(s.pathTag, PathObject, id, svc)
	}
	return b.objects.at(number), number, fresh
}
