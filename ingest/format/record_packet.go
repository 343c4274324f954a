package format

import "gumshoe/ingest"

// packet is what a firewall's record of one amounts to. Its fields are the
// firewall's own; it names no login.
func (r *record) packet(ev *ingest.Event) ingest.Kind {
	if !r.open { // other programs' objects name both ends of a connection too; a page that a
		// gateway keeps from people at their desks is no packet
		if r.has(meansPacket) && !r.has(meansTarget) && (refuses(r.value[meansEvent]) || refuses(r.value[meansOutcome])) {
			ev.Service = serviceFirewall
			return ingest.KindReject
		}
		return ingest.KindOther
	}
	return r.firewall(ev)
}

// firewall is packet for a log whose every line is a firewall's.
func (r *record) firewall(ev *ingest.Event) ingest.Kind {
	if !r.has(meansPacket) {
		return ingest.KindOther
	}
	ev.Service = serviceFirewall
	text := r.value[meansMessage]
	switch {
	case r.has(meansThreat), holdsFold(text, "scan detected"), holdsFold(text, "attack"), holdsFold(text, "intrusion"):
		return ingest.KindProbe
	case refuses(r.value[meansEvent]), refuses(r.value[meansOutcome]), holdsFold(text, "connection dropped"), holdsFold(text, "packet dropped"):
		return ingest.KindReject
	}
	return ingest.KindOther
}

// refuses reports whether a word says that something was not let through.
func refuses(word []byte) bool {
	return anyFold(word, "deny", "denied", "drop", "dropped", "block", "blocked", "prevent", "prevented", "reject", "rejected", "quarantine")
}

// holdsFold reports whether a text holds some words, which are in small letters.
func holdsFold(text []byte, words string) bool {
	for i := 0; i+len(words) <= len(text); i++ {
		if beginsWith(text[i:], words) {
			return true
		}
	}
	return false
}
