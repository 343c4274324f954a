package window

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// plainRow and plainObject are a Row and an Object with everything in them spelt
// out, so that two sets can be compared byte by byte.
type plainRow struct {
	Prefix                      string
	Service                     string
	Hour, First, Last           uint32
	At                          ingest.Origin
	Minutes, Documents          uint64
	Parts                       uint8
	Flags                       RowFlags
	Clients                     uint16
	Events, Good, Bad, Errors   uint32
	Probes                      uint32
	Same, Diff                  uint16
	GoodNames, BadNames, Agents string
	Touches                     []Touch
	Full                        bool
}

type plainObject struct {
	Kind                      ObjectKind
	ID                        uint64
	Name                      Name
	Service                   string
	Hour, First, Last         uint32
	Flags                     ObjectFlags
	Events, Good, Bad, Errors uint32
	Probes, ProbeErrors       uint32
	Static                    uint32
	GoodUnits, BadUnits       string
	Answers                   Answers
	Touches                   []Touch
}

// dump writes a set down canonically, in the set's own order.
func dump(s *Set) string {
	var out strings.Builder
	fmt.Fprintln(&out, "services", s.services)
	for i := range s.units {
		u := &s.units[i]
		for j := range u.Rows {
			r := &u.Rows[j]
			bad := u.trouble(r)
			fmt.Fprintf(&out, "%+v\n", plainRow{
				Prefix: u.Prefix().String(), Service: s.Service(r.Service), Hour: r.Hour, First: r.First(), Last: r.Last(), At: r.FirstAt(),
				Minutes: r.Minutes, Documents: r.Documents, Parts: r.Parts, Flags: r.Flags, Clients: r.Clients, Events: r.Events, Good: r.Good, Bad: bad.Bad, Errors: bad.Errors,
				Probes: bad.Probes, Same: r.Same, Diff: r.Diff,
				GoodNames: written(r.goodNames, u.table), BadNames: written(bad.badNames, u.table), Agents: written(r.agents, u.table),
				Touches: u.Touches(r), Full: u.TouchesFull(r),
			})
			fmt.Fprintln(&out, paramsOf(u.Touches(r), s.Param))
		}
	}
	for k := range s.things {
		for i := range s.things[k] {
			t := &s.things[k][i]
			for j := range t.Hours {
				o := &t.Hours[j]
				service := ""
				if t.Kind != LogObject {
					service = s.Service(o.Service)
				}
				fmt.Fprintf(&out, "%+v\n", plainObject{
					Kind: t.Kind, ID: t.ID, Name: t.Name, Service: service, Hour: o.Hour, First: o.First(), Last: o.Last(), Flags: o.Flags,
					Events: o.Events, Good: o.Good, Bad: o.Bad, Errors: o.Errors, Probes: o.Probes, ProbeErrors: o.ProbeErrors, Static: o.Static, Answers: t.Answers(o),
					GoodUnits: written(o.goodUnits, t.table), BadUnits: written(o.badUnits, t.table), Touches: t.Touches(o),
				})
			}
		}
	}
	return out.String()
}

// written is a set's members, or how many its sketch counts.
func written(d Distinct, a *table) string {
	d.sort(&a.words)
	if members, ok := d.members(&a.words); ok {
		return fmt.Sprintf("%x", members)
	}
	return fmt.Sprint("about ", d.count(&a.words))
}

// plainSet is a set of hashes as anybody would write it.
type plainSet map[uint64]bool

func (p plainSet) String() string {
	if len(p) <= Exact {
		var members []uint64
		for h := range p {
			members = append(members, h)
		}
		slices.Sort(members)
		return fmt.Sprintf("%x", members)
	}
	return fmt.Sprint("about ", ertl(p.sketch()))
}

// sketch is the HyperLogLog of a set: a byte a register.
func (p plainSet) sketch() []byte {
	register := make([]byte, registers)
	for h := range p {
		rest, rank := h<<10, byte(1)
		for rest>>63 == 0 && rank < 55 {
			rest, rank = rest<<1, rank+1
		}
		register[h>>54] = max(register[h>>54], rank)
	}
	return register
}

// ertl counts what a sketch has seen, register by register.
func ertl(sketch []byte) int {
	const m = registers
	z := m * sigma(float64(bytes.Count(sketch, []byte{0}))/m)
	for k := byte(1); k <= maxRegister; k++ {
		z += float64(bytes.Count(sketch, []byte{k})) / float64(uint64(1)<<k)
	}
	return int(m*m/(2*math.Ln2*z) + .5)
}

// placed is an event with its place.
type placed struct {
	ev ingest.Event
	at ingest.Origin
}

// plain counts chunks of events with maps and lists, one event at a time, and
// says what a Set of them must look like.
func plain(chunks [][]placed, opt Options) string {
	type rowKey struct {
		unit    unit
		service string
		hour    uint32
	}
	type objectKey struct {
		kind    ObjectKind
		id      uint64
		service string
		hour    uint32
	}
	type rowSets struct {
		row               plainRow
		good, bad, agents plainSet
	}
	type objectSets struct {
		object    plainObject
		good, bad plainSet
	}
	rows, objects := map[rowKey]*rowSets{}, map[objectKey]*objectSets{}
	names, params := map[uint64]Name{}, map[uint32]string{}
	services := map[string]bool{}
	add := func(to *uint32, n uint32) { *to = uint32(min(uint64(*to)+uint64(n), math.MaxUint32)) }

	param := func(name string) uint32 {
		if name == "" {
			return 0
		}
		id := uint32(opt.Hash.String(name)>>32) | 1
		params[id] = name
		return id
	}

	ifWhole := func(unit uint64) uint64 {
		if opt.PerLog {
			return unit
		}
		return 0
	}

	object := func(kind ObjectKind, id uint64, service string, ev *ingest.Event, out outcome, unit uint64) *objectSets {
		sec := uint32(ev.Time / 1000)
		key := objectKey{kind, id, service, sec / 3600}
		o := objects[key]
		if o == nil {
			o = &objectSets{plainObject{Kind: kind, ID: id, Service: service, Hour: key.hour, First: sec}, plainSet{}, plainSet{}}
			objects[key] = o
		}
		o.object.First, o.object.Last = min(o.object.First, sec), max(o.object.Last, sec)
		add(&o.object.Events, ev.Count)
		switch out {
		case good:
			add(&o.object.Good, ev.Count)
			if ev.Request.Flags&ingest.PathStatic != 0 {
				add(&o.object.Static, ev.Count)
			}
		case bad:
			add(&o.object.Bad, ev.Count)
		case failed:
			add(&o.object.Errors, ev.Count)
		}
		if ev.Request.Stage >= ingest.StageSyntax {
			add(&o.object.Probes, ev.Count)
		}
		if unit != 0 && out == good {
			o.good[unit] = true
		}
		if unit != 0 && (out == bad || out == failed) {
			o.bad[unit] = true
		}
		return o
	}
	account := func(ev *ingest.Event, as string, out outcome, unit uint64) *objectSets {
		if out == good {
			unit = ifWhole(unit)
		}
		id := tagged(AccountObject, opt.Hash.String(group(as)+"\x00"+strings.ToLower(string(ev.User))))
		o := object(AccountObject, id, ev.Service, ev, out, unit)
		if out == good || ev.Account == ingest.AccountExists {
			o.object.Flags |= Exists
		}
		if ev.Account == ingest.AccountAbsent {
			o.object.Flags |= Absent
		}
		names[id] = Name{Text: string(appendLower(nil, ev.User))}
		return o
	}

	for _, chunk := range chunks {
		before := map[rowKey]*ingest.Event{} // the last request with an agent, in this chunk
		for _, one := range withLogins(chunk) {
			ev, at := one.ev, one.at
			out := outcomeOf(ev)
			sec := uint32(ev.Time / 1000)
			services[ev.Service] = true
			log := tagged(LogObject, opt.Hash.String(opt.Logs[at.Source]))
			names[log] = Name{Text: opt.Logs[at.Source]}
			if !one.derived {
				object(LogObject, log, "", ev, out, 0)
			}
			if ev.Kind == ingest.KindSession {
				if len(ev.User) > 0 {
					o := account(ev, ingest.ServiceSSH, neutral, 0)
					o.object.Touches = append(o.object.Touches, Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Kind: ev.Kind, Name: o.object.ID})
				}
				continue
			}
			key := rowKey{service: ev.Service, hour: sec / 3600}
			unit := uint64(0)
			counts := ev.Src.IsValid() && ev.Kind != ingest.KindConnect && ev.Kind != ingest.KindDisconnect && ev.Kind != ingest.KindOther
			if counts {
				u := unitOf(ev.Src)
				key.unit = u
				unit = u.id(opt.Hash)
			}
			service := tagged(ServiceObject, opt.Hash.String(ev.Service))
			names[service] = Name{Text: ev.Service}
			object(ServiceObject, service, ev.Service, ev, out, ifWhole(unit))
			if !counts {
				continue
			}

			rs := rows[key]
			if rs == nil {
				rs = &rowSets{plainRow{Prefix: key.unit.prefix().String(), Service: ev.Service, Hour: key.hour, First: sec, At: at}, plainSet{}, plainSet{}, plainSet{}}
				rows[key] = rs
			}
			r := &rs.row
			if sec < r.First || sec == r.First && (at.Source < r.At.Source || at.Source == r.At.Source && at.Offset < r.At.Offset) {
				r.First, r.At = sec, at
			}
			r.Last = max(r.Last, sec)
			r.Minutes |= 1 << (sec / 60 % 60)
			add(&r.Events, ev.Count)
			switch out {
			case good:
				add(&r.Good, ev.Count)
			case bad:
				add(&r.Bad, ev.Count)
			case failed:
				add(&r.Errors, ev.Count)
			}
			if ev.Kind == ingest.KindProbe {
				add(&r.Probes, ev.Count)
			}
			t := Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Status: ev.Status, Kind: ev.Kind, Stage: ev.Request.Stage,
				Class: ev.Request.Class, Aux: ev.Request.Shape, Param: param(ev.Request.Param), Bytes: uint32(max(0, ev.Bytes)), Took: uint16(max(0, ev.Duration/10)),
				Wait: ev.Request.Wait, Reads: ev.Request.Reads, Key: ev.Key, Absent: ev.Account == ingest.AccountAbsent, Post: string(ev.Method) == "POST"}
			if ev.Method == nil {
				if ev.Src.Is6() {
					host := ev.Src.As16()
					t.Aux = opt.Hash.Bytes(host[8:])
				}
				if len(ev.User) > 0 {
					t.Name = account(ev, ev.Service, out, unit).object.ID
					if out == good {
						rs.good[t.Name] = true
					}
					if out == bad {
						rs.bad[t.Name] = true
					}
				}
				r.Touches = append(r.Touches, t)
				continue
			}

			if m := string(ev.Method); m == "POST" || m == "PUT" || m == "DELETE" {
				r.Flags |= Wrote
			}
			if len(ev.User) > 0 && ev.Status/100 == 2 {
				r.Flags |= Authenticated
			}
			static := ev.Request.Flags&ingest.PathStatic != 0
			if static && out == good {
				r.Flags |= Assets
				r.Parts = uint8(min(255, uint32(r.Parts)+min(255, ev.Count)))
			}
			if out == good && ev.Request.Document > 0 {
				r.Documents |= 1 << (ev.Request.Document - 1)
			}
			r.Clients |= 1 << ev.Client.Kind
			if ev.Client.Odd {
				r.Flags |= Odd
			}
			if ev.Client.Claim != "" {
				r.Flags |= Claimed
			}
			if ev.Client.ID != 0 {
				rs.agents[agentID(ev.Client.ID)] = true
				if last := before[key]; last != nil && max(ev.Time/1000, last.Time/1000)-min(ev.Time/1000, last.Time/1000) < 60 {
					if last.Client.ID == ev.Client.ID {
						r.Same++
					} else {
						r.Diff++
					}
				}
				before[key] = ev
				names[agentID(ev.Client.ID)] = Name{Text: string(ev.Agent), Client: ev.Client.Kind, Claim: ev.Client.Claim}
				object(AgentObject, agentID(ev.Client.ID), ev.Service, ev, out, ifWhole(unit))
			}
			if ev.Request.Template != 0 {
				t.Name = tagged(PathObject, ev.Request.Template)
				if len(ev.VHost) > 0 {
					t.Name = tagged(PathObject, mix(ev.Request.Template, opt.Hash.Bytes(ev.VHost)))
				}
				n := names[t.Name]
				n.Text = string(ev.VHost) + ev.Request.Text
				n.Path |= ev.Request.Flags &^ ingest.PathQuery
				names[t.Name] = n
				visitor := unit
				if static && ev.Request.Flags&ingest.PathQuery == 0 && out == good {
					visitor = ifWhole(unit)
				}
				o := object(PathObject, t.Name, ev.Service, ev, out, visitor)
				if ev.Request.Stage >= ingest.StageSyntax && (ev.Status == 500 || ev.Status == 501 || ev.Status > 504 && ev.Status < 600) {
					add(&o.object.ProbeErrors, ev.Count)
				}
				if a := &o.object.Answers; ev.Request.Stage < ingest.StageSyntax && ev.Request.Flags&ingest.PathQuery != 0 {
					if ev.Duration >= 2000 {
						a.Slow++
					}
					if ev.Status == 200 && ev.Bytes > 0 {
						l := LogSize(uint32(ev.Bytes))
						a.Sized, a.Sum, a.Squares = a.Sized+1, a.Sum+l, a.Squares+l*l
					}
				}
				if ev.Request.Flags&ingest.PathNeutral == 0 {
					if out == bad {
						rs.bad[t.Name] = true
					}
					if out == good && !static {
						rs.good[t.Name] = true
					}
				}
			}
			if interesting(ev) {
				r.Touches = append(r.Touches, t)
			}
		}
	}

	list := make([]string, 0, len(services))
	for s := range services {
		list = append(list, s)
	}
	slices.Sort(list)
	inOrder := func(all []Touch) []Touch {
		slices.SortFunc(all, func(a, b Touch) int {
			return cmp.Or(cmp.Compare(a.Milli, b.Milli), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
		})
		return first(all)
	}
	var out strings.Builder
	fmt.Fprintln(&out, "services", list)

	var rowKeys []rowKey
	for k := range rows {
		rowKeys = append(rowKeys, k)
	}
	address := func(u unit) string {
		b := u.addr().As16()
		return string(b[:])
	}
	slices.SortFunc(rowKeys, func(a, b rowKey) int {
		return cmp.Or(strings.Compare(address(a.unit), address(b.unit)), cmp.Compare(a.service, b.service), cmp.Compare(a.hour, b.hour))
	})
	for _, k := range rowKeys {
		r := rows[k]
		r.row.GoodNames, r.row.BadNames, r.row.Agents = r.good.String(), r.bad.String(), r.agents.String()
		r.row.Touches = fewVisits(r.row.Touches)
		r.row.Full = len(r.row.Touches) > 64
		r.row.Touches = inOrder(r.row.Touches)
		fmt.Fprintf(&out, "%+v\n", r.row)
		fmt.Fprintln(&out, paramsOf(r.row.Touches, func(id uint32) string { return params[id] }))
	}

	var objectKeys []objectKey
	for k := range objects {
		objectKeys = append(objectKeys, k)
	}
	slices.SortFunc(objectKeys, func(a, b objectKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(names[a.id].Text, names[b.id].Text), cmp.Compare(a.id, b.id),
			cmp.Compare(a.hour, b.hour), cmp.Compare(a.service, b.service))
	})
	for _, k := range objectKeys {
		o := objects[k]
		o.object.Name = names[k.id]
		o.object.GoodUnits, o.object.BadUnits = o.good.String(), o.bad.String()
		o.object.Touches = inOrder(o.object.Touches)
		for i := range o.object.Touches {
			o.object.Touches[i].Aux = uint64(slices.Index(list, k.service))
		}
		fmt.Fprintf(&out, "%+v\n", o.object)
	}
	return out.String()
}

// counted is an event that counts; derived is what a line tells beside its request.
type counted struct {
	ev      *ingest.Event
	at      ingest.Origin
	derived bool
}

// withLogins puts the login that a request with a name is behind the request.
func withLogins(chunk []placed) (out []counted) {
	for i := range chunk {
		ev, at := &chunk[i].ev, chunk[i].at
		if ev.Count == 0 {
			continue
		}
		out = append(out, counted{ev, at, false})
		if ev.Kind != ingest.KindHTTPRequest || len(ev.User) == 0 || ev.Status != 401 && ev.Status/100 != 2 {
			continue
		}
		login := ingest.Event{Time: ev.Time, Src: ev.Src, Service: ingest.ServiceApp, Kind: ingest.KindAuthSuccess, Count: ev.Count, User: ev.User, Status: ev.Status}
		if ev.Status == 401 {
			login.Kind = ingest.KindAuthFailure
		}
		out = append(out, counted{&login, at, true})
	}
	return out
}

// fewVisits keeps the first eight requests of those who are logged in.
func fewVisits(all []Touch) []Touch {
	slices.SortFunc(all, func(a, b Touch) int { return compareTouch(&a, &b) })
	n := 0
	return slices.DeleteFunc(all, func(t Touch) bool {
		if !again(t) {
			return false
		}
		n++
		return n > 8
	})
}

// differ shows the first line in which two dumps differ.
func differ(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d of the dump\n got %s\nwant %s", i, g[i], w[i])
		}
	}
	t.Fatalf("dump of %d lines, want %d", len(g), len(w))
}

// paramsOf names the parameters of touches; names that no touch carries may be
// known or not.
func paramsOf(touches []Touch, name func(uint32) string) (out []string) {
	for _, t := range touches {
		if t.Param != 0 {
			out = append(out, name(t.Param))
		}
	}
	return out
}
