package format

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/ingest"
)

// sentence is one message of a daemon as its source code prints it, with fields
// where it fills something in:
//
//	Bad password attempt for '{user}' from {peer}
//
// A sentence speaks for a whole message. Text that the client chose may imitate
// any part of it, so a message may be readable in several ways; where the
// client's fields stand tells which reading is the daemon's own. See settle.
type sentence struct {
	fact
	parts  []part
	key    []byte // the longest literal: without it there is no match
	settle settling
	fixed  bool // no free text before the peer: there is one place for it
}

// fact is what a sentence tells besides its fields.
type fact struct {
	kind    ingest.Kind
	account ingest.Account
	byKey   bool   // a login without a password
	service string // what was spoken to, where it is not its table's; "": it is
}

// part is a literal or a field.
type part struct {
	field   field
	literal []byte
}

type field uint8

const (
	fieldLiteral field = iota
	fieldPeer          // {peer} the client: ADDR or NAME, also [ADDR], ADDR:PORT, [ADDR]:PORT
	fieldAddr          // {addr} the client, an address without a port
	fieldPort          // {addr:port} the client, an address with a port, also for IPv6 without brackets
	fieldChain         // {addrs} the client, a list of addresses that proxies made: see clientAddress
	fieldIP            // {ip} an address that is not the client's, with or without a port
	fieldUser          // {user} the account: any text, chosen by the client
	fieldText          // {text} any text that the client has a hand in
	fieldWords         // {words} any text of the daemon's own
	fieldWord          // {word} the daemon's own, without blanks
	fieldName          // {name} a host name from DNS, may be empty: no blanks, brackets, quotes or parentheses
	fieldNumber        // {n} digits
	fieldCount         // {count} digits: what the line stands for
	fieldID            // {id} the daemon's own name for the conversation, without blanks
)

var fieldNames = map[string]field{"peer": fieldPeer, "addr": fieldAddr, "addr:port": fieldPort, "addrs": fieldChain, "ip": fieldIP, "user": fieldUser,
	"text": fieldText, "words": fieldWords, "word": fieldWord, "name": fieldName, "n": fieldNumber, "count": fieldCount, "id": fieldID}

func (f field) isPeer() bool {
	return f == fieldPeer || f == fieldAddr || f == fieldPort || f == fieldChain
}
func (f field) isClient() bool { return f == fieldUser || f == fieldText }
func (f field) isFree() bool   { return f >= fieldUser && f <= fieldName || f == fieldID }

// settling says which of several readings is the daemon's own.
type settling uint8

const (
	settleFirst settling = iota // the client's text stands behind the peer: the leftmost peer
	settleLast                  // ... before it: the rightmost peer
	settleAgree                 // ... on both sides: the readings must agree, or there is no peer
)

// sentences are what a message is compared with.
type sentences []sentence

// variants writes out the texts with and without each optional part, the longer
// ones first.
func variants(text string) []string {
	head, rest, ok := strings.Cut(text, "[[")
	if !ok {
		return []string{text}
	}
	optional, tail, ok := strings.Cut(rest, "]]")
	if !ok {
		panic(fmt.Sprintf("format: %q: [[ without ]]", text))
	}
	for strings.HasPrefix(tail, "]") { // "[[, port=[{n}]]]": the inner bracket closes first
		optional, tail = optional+"]", tail[1:]
	}
	var out []string
	for _, end := range variants(tail) {
		out = append(out, head+optional+end, head+end)
	}
	return out
}

func parts(text string) []part {
	ps := make([]part, 0, 2*strings.Count(text, "{")+1)
	for rest := []byte(text); len(rest) > 0; {
		head, tail, more := bytes.Cut(rest, []byte("{"))
		if len(head) > 0 {
			ps = append(ps, part{literal: slices.Clip(head)})
		}
		if !more {
			break
		}
		name, tail, _ := bytes.Cut(tail, []byte("}"))
		f, ok := fieldNames[string(name)]
		if !ok {
			panic(fmt.Sprintf("format: %q: no field {%s}", text, name))
		}
		ps = append(ps, part{field: f})
		rest = tail
	}
	return ps
}

// prepare finds the key and how to settle, and checks that free text ends
// before a literal or with the message.
func (s *sentence) prepare(text string) {
	peers, free, before, after := 0, false, false, false
	for i, p := range s.parts {
		switch {
		case p.field == fieldLiteral:
			key := bytes.TrimLeft(p.literal, " -]):") // these are found everywhere
			if len(key) == 0 {
				key = p.literal
			}
			if len(key) > len(s.key) {
				s.key = key
			}
		case p.field.isPeer():
			peers++
			s.fixed = !free
		case p.field.isClient():
			before = before || peers == 0
			after = after || peers > 0
		}
		free = free || p.field.isFree()
		if p.field.isFree() && i+1 < len(s.parts) && s.parts[i+1].field != fieldLiteral {
			panic(fmt.Sprintf("format: %q: free text before another field", text))
		}
	}
	if peers > 1 || s.key == nil {
		panic(fmt.Sprintf("format: %q: two peers, or nothing but fields", text))
	}
	switch {
	case before && after:
		s.settle = settleAgree
	case before:
		s.settle = settleLast
	}
}

// tell fills ev from the first sentence that matches the whole message. Where
// others match too, with another peer, they settle it as readings do.
func (ss sentences) tell(msg []byte, ev *ingest.Event) bool {
	var best matcher
	for i := range ss {
		s := &ss[i]
		if first := &s.parts[0]; first.field == fieldLiteral {
			if !bytes.HasPrefix(msg, first.literal) {
				continue
			}
		}
		if !bytes.Contains(msg, s.key) {
			continue
		}
		m := matcher{sentence: s, msg: msg, steps: maxSteps}
		if m.walk(0, 0); !m.found {
			continue
		}
		if !best.found {
			best = m
		} else {
			best.against(&m)
		}
	}
	if !best.found {
		return false
	}
	best.fill(ev)
	return true
}

// fill writes the best reading into the event.
func (m *matcher) fill(ev *ingest.Event) {
	r := &m.best
	ev.Kind, ev.Account, ev.User, ev.Key = m.kind, m.account, r.user, m.byKey
	if m.service != "" {
		ev.Service = m.service
	}
	if r.id != nil {
		ev.PID = r.id
	}
	if r.count > 0 {
		ev.Count = min(r.count, maxRepeat)
	}
	switch {
	case m.torn:
	case r.addr.IsValid():
		ev.Src = r.addr
	case r.host != nil:
		ev.SrcHost = r.host
	}
}

// reading is one way to read a message.
type reading struct {
	at    int        // where the peer stands
	host  []byte     // the peer's name
	addr  netip.Addr // the peer's address
	user  []byte
	id    []byte
	count uint32
}
