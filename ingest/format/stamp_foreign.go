package format

import "bytes"

// foreignMonths are how the months begin in languages other than English, of those
// that servers on Java write into their access logs: openHAB's "02/sept./2015".
var foreignMonths = []struct {
	begins string
	month  int
}{
	{"janv", 1}, {"jän", 1}, {"ene", 1}, {"gen", 1}, {"jan", 1}, {"févr", 2}, {"fév", 2}, {"feb", 2}, {"fev", 2}, {"mars", 3}, {"mär", 3}, {"maart", 3}, {"mrt", 3}, {"mar", 3},
	{"avr", 4}, {"abr", 4}, {"apr", 4}, {"mai", 5}, {"may", 5}, {"mei", 5}, {"maj", 5}, {"mag", 5}, {"juin", 6}, {"jun", 6}, {"giu", 6}, {"juil", 7}, {"jul", 7}, {"lug", 7},
	{"août", 8}, {"aug", 8}, {"ago", 8}, {"sept", 9}, {"sep", 9}, {"set", 9}, {"okt", 10}, {"oct", 10}, {"ott", 10}, {"out", 10}, {"nov", 11}, {"déc", 12}, {"dez", 12}, {"dec", 12}, {"dic", 12},
}

// foreignStamp reads an access log's stamp of which the month's name is of another
// language or length: "02/sept./2015:00:11:31 +0200".
func (p *access) foreignStamp(b []byte) (t int64, ok bool) {
	day, rest, ok1 := bytes.Cut(b, []byte("/"))
	name, rest, ok2 := bytes.Cut(rest, []byte("/"))
	if !ok1 || !ok2 || len(name) > 12 || len(rest) < 14 || rest[4] != ':' {
		return 0, false
	}
	var s civil
	var okD, okY bool
	s.day, okD = two(day)
	s.year, okY = four(rest)
	for _, m := range foreignMonths {
		if len(name) >= len(m.begins) && bytes.EqualFold(name[:len(m.begins)], []byte(m.begins)) {
			s.month = m.month
			break
		}
	}
	rest, ok = clockTime(rest[5:], &s)
	if !ok || !okD || !okY || !s.valid() {
		return 0, false
	}
	if offset, _, ok := zone(rest); ok {
		return s.utc() - offset, true
	}
	return p.local(s.utc()), true
}
