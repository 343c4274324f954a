package window

import (
	"math"
	"math/bits"
	"net/netip"
	"strings"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// Load puts rows of the archive back, as if this run had read their lines. What
// the store has of the same hour is added to: Drop what the archive is to speak
// for. The first hour in which a source was seen stands for a folded day.
//
// Load is called between the last event and Set, by one goroutine. Touches find
// their rows when these are loaded already, in the same batch or before; those
// without a row are passed over. Text of the Set has the lines that came with
// them. Batches are to come in the archive's order: of events of one millisecond
// beyond the first MaxTouches those that came first are kept.
func (s *Store) Load(b archive.Batch) {
	s.flush()
	l := loading{Store: s, services: map[string]uint16{}, classes: map[string]ingest.Class{}}
	for i := range b.Addresses {
		l.address(&b.Addresses[i])
	}
	for i := range b.Accounts {
		r := &b.Accounts[i]
		l.object(AccountObject, &r.Tally, Object{Flags: choose(r.Exists, Exists) | choose(r.Absent, Absent)}, Answers{}, Name{Text: r.Name})
	}
	for i := range b.Paths {
		r := &b.Paths[i]
		l.object(PathObject, &r.Tally, Object{path: ingest.PathFlags(r.Traits)}, Answers{r.Sized, r.SizeLogs, r.SizeSquares, r.Slow}, Name{Text: r.Name})
	}
	for i := range b.Agents {
		r := &b.Agents[i]
		l.object(AgentObject, &r.Tally, Object{}, Answers{}, Name{Text: r.Name, Client: archive.ParseClient(r.Client), Claim: r.Claim})
	}
	for i := range b.Services {
		r := &b.Services[i]
		k := ServiceObject
		if r.Whole {
			k = LogObject
		}
		l.object(k, &r.Tally, Object{}, Answers{}, Name{Text: r.Name})
		s.loaded[r.ID] = Name{Text: r.Name}
	}
	for i := range b.Touches {
		l.touch(&b.Touches[i])
	}
	for i := range s.shards {
		s.shards[i].bound(slack)
	}
}

// loading is a batch on its way into a Store.
type loading struct {
	*Store
	arenas   // with the sets of the row at hand
	services map[string]uint16
	classes  map[string]ingest.Class
}

// service numbers the service of a row.
func (l *loading) service(name string) uint16 {
	n, ok := l.services[name]
	if !ok {
		n = l.serviceIndex(name, 0)
		l.services[name] = n
	}
	return n
}

func (l *loading) address(a *archive.Address) {
	u := unitOf(netip.AddrFrom16(a.Address))
	hour := hourOf(a.Start)
	if a.Span > 3600 && a.Hours != 0 {
		hour += uint32(bits.TrailingZeros32(a.Hours))
	}
	r := newRow(u, hour, l.service(a.Service))
	r.first, r.last, r.Minutes = secondIn(hour, a.First), secondIn(hour, a.Last), a.Minutes
	r.Events, r.Good, r.Clients = a.Events, a.Good, a.Clients
	r.Documents, r.Parts = a.Documents, a.Parts
	r.Same, r.Diff = uint16(min(a.Same, math.MaxUint16)), uint16(min(a.Diff, math.MaxUint16))
	r.Flags = choose(a.Authenticated, Authenticated) | choose(a.Claimed, Claimed) | choose(a.Odd, Odd) |
		choose(a.Wrote, Wrote) | choose(a.Assets, Assets) | choose(a.Partial, Partial)
	if a.Clients != 0 { // every web request has a kind of client
		r.marks |= visited
		l.Store.services[r.service].web = true
	}
	l.words.reset()
	r.goodNames = l.set(a.GoodNames, a.GoodNamesSketch)
	r.agents = l.set(a.Agents, a.AgentsSketch)
	bad := trouble{Trouble: Trouble{Bad: a.Bad, Errors: a.Errors, Probes: a.Probes}, badNames: l.set(a.BadNames, a.BadNamesSketch)}
	bad.archived = a.Touches > 0 || bad.Trouble != (Trouble{})
	bad.touches.more = a.TouchesFull
	member := u.id(l.opt.Hash)
	l.shards[rowShard(member)].addRow(&r, &bad, member, &l.arenas)
}

// object adds an account, path, agent, service or log; with and of hold what
// its kind alone has.
func (l *loading) object(k ObjectKind, t *archive.Tally, with Object, of Answers, n Name) {
	o := newObject(k, t.ID, hourOf(t.Start), 0)
	if k != LogObject {
		o.service = l.service(t.Service)
	}
	o.Flags, o.path = with.Flags, with.path
	o.first, o.last = secondIn(o.Hour, t.First), secondIn(o.Hour, t.Last)
	o.Events, o.Good, o.Bad, o.Errors = t.Events, t.Good, t.Bad, t.Errors
	o.Probes, o.ProbeErrors, o.Static = t.Probes, t.ProbeErrors, t.Static
	l.words.reset()
	o.answers.add(&l.words, of)
	o.goodUnits = l.set(t.GoodSources, t.GoodSourcesSketch)
	o.badUnits = l.set(t.BadSources, t.BadSourcesSketch)
	table := &l.shards[objectShard(t.ID)]
	if table.addObject(&o, &l.arenas) && k <= AgentObject {
		table.names[k].learn(t.ID, n)
	}
}

// learn notes a name of the archive by the rule of add. One that was stored as a
// hash is better than none.
func (d *names) learn(id uint64, n Name) {
	old, known := d.of[id]
	if d.bar.drops(id) || known && !clearer(n.Text, old.Text) {
		return
	}
	d.put(id, n)
}

func clearer(a, b string) bool {
	hashed := strings.HasPrefix(a, archive.HashedPrefix)
	if hashed != strings.HasPrefix(b, archive.HashedPrefix) {
		return !hashed
	}
	return a > b
}

// touch adds an event to its row, or a session to its account.
func (l *loading) touch(a *archive.Touch) {
	kind, ok := ingest.ParseKind(a.Action)
	if !ok {
		return // of a later version
	}
	t := Touch{Milli: int64(a.Time), Name: a.Name, Aux: a.Shape, Source: ArchiveSource, Offset: noText, Count: a.Count, Status: a.Status,
		Kind: kind, Stage: min(ingest.Stage(a.Stage), ingest.StageExecute), Class: l.class(a.Class), Param: l.param(a.Param),
		Bytes: a.Bytes, Took: a.Took, Wait: a.Wait, Reads: a.Reads, Key: a.Key, Absent: a.Absent, Post: a.Post}
	list, table := l.touches(a, kind)
	if list == nil {
		return
	}
	if a.Text != "" {
		t.Offset = l.texts.add(a.Text)
	}
	list.add(&table.touches, &t)
}

// touches finds the list to which a touch belongs, or nil.
func (l *loading) touches(a *archive.Touch, kind ingest.Kind) (*Touches, *table) {
	svc, hour := l.service(a.Service), hourOf(a.Time)
	if kind == ingest.KindSession {
		t := &l.shards[objectShard(a.Name)].table
		if h := t.hours[hour]; h != nil {
			if o := t.findObject(&h.objects, tagOf(objectHash(a.Name, svc, t.seed)), AccountObject, a.Name, svc); o != nil {
				return &o.touches, t
			}
		}
		return nil, nil
	}
	u := unitOf(netip.AddrFrom16(a.Address))
	t := &l.shards[rowShard(u.id(l.opt.Hash))].table
	if h := t.hours[hour]; h != nil {
		if r := t.findRow(&h.rows, tagOf(rowHash(u, svc, t.seed)), u, svc); r != nil && r.trouble != 0 {
			return &t.troubles.at(r.trouble - 1).touches, t
		}
	}
	return nil, nil
}

func (l *loading) class(s string) ingest.Class {
	c, ok := l.classes[s]
	if !ok {
		c = archive.ParseClass(s)
		l.classes[s] = c
	}
	return c
}

// set makes a set of its members or its sketch.
func (l *loading) set(members []uint64, sketch []byte) (d Distinct) {
	if len(sketch) == registers {
		d.sketch(&l.words)
		for i, b := range sketch {
			d.raise(&l.words, uint64(i), uint64(min(b, maxRegister)))
		}
	}
	for _, m := range members {
		d.add(&l.words, m)
	}
	return d
}

// texts are lines of the archive, up to a limit.
type texts struct {
	all   []string
	bytes int
}

// maxTexts bounds the bytes of the lines. A touch beyond has none.
const maxTexts = 64 << 20

// add returns the offset of a line.
func (t *texts) add(line string) int64 {
	if t.bytes += len(line); t.bytes > maxTexts {
		t.bytes = maxTexts
		return noText
	}
	t.all = append(t.all, line)
	return int64(len(t.all) - 1)
}

// hourOf is the hour of an archived time, as that of an event.
func hourOf(at archive.Milli) uint32 { return uint32(at/1000) / 3600 }

// secondIn is the second of an hour; what lies outside is taken for its edges.
func secondIn(hour uint32, at archive.Milli) uint16 {
	return uint16(max(0, min(int64(at)/1000-int64(hour)*3600, 3599)))
}

// choose returns a flag if it is set.
func choose[F RowFlags | ObjectFlags](set bool, f F) F {
	if set {
		return f
	}
	return 0
}
