package format

import (
	"bytes"

	"gumshoe/ingest"
)

// phrase is a message whose peer stands right after fixed words.
type phrase struct {
	start string
	kind  ingest.Kind
}

// probes are messages about clients that do not speak the protocol through, or
// that connect and say nothing. None of these words can be preceded by text of
// the client.
var probes = []phrase{
	{"Did not receive identification string from ", ingest.KindProbe},
	{"banner exchange: Connection from ", ingest.KindProbe},
	{"Unable to negotiate with ", ingest.KindProbe},
	{"Timeout before authentication for connection from ", ingest.KindProbe},
	{"Timeout before authentication for ", ingest.KindProbe},
	{"Protocol major versions differ for ", ingest.KindProbe},
	{"Could not write ident string to ", ingest.KindOther},
	{"Address ", ingest.KindOther}, // "... maps to NAME, but this does not map back to the address"
}

// broken are messages of a failed key exchange or transport that name no peer.
var broken = []string{
	"kex_exchange_identification: ", "Read from socket failed: ", "Unable to negotiate a key exchange method",
	"no matching ", "Bad packet length ", "Corrupted MAC on input", "ssh_packet_get_string", "ssh_dispatch_run_fatal: ",
	"no hostkey alg", "padding error: ", "kex protocol error: ", "buffer_get_string", "Write failed: ",
}

// trouble reads what is left: broken protocols, chatter, sessions.
func (p *sshd) trouble(msg []byte, ev *ingest.Event) string {
	for _, s := range probes {
		if rest, ok := cut(msg, s.start); ok {
			return p.left(rest, s.kind, ev)
		}
	}
	if _, ok := cut(msg, "Bad protocol version identification "); ok {
		return p.right(msg, ev)
	}
	if rest, ok := cut(msg, "Magic value check failed "); ok {
		return p.right(rest, ev)
	}
	if rest, ok := cut(msg, "ssh_dispatch_run_fatal: Connection from "); ok {
		return p.dispatchFatal(rest, ev)
	}
	for _, s := range broken {
		if bytes.HasPrefix(msg, []byte(s)) {
			return p.brokenOff(ev)
		}
	}
	if rest, ok := cut(msg, "Connection from "); ok {
		return p.connected(rest, ev)
	}
	if rest, ok := cut(msg, "srclimit_penalise: "); ok {
		return p.penalised(rest, ev)
	}
	if rest, ok := cut(msg, "Read error from remote host "); ok {
		return p.left(rest, ingest.KindDisconnect, ev)
	}
	if sshdSays.tell(msg, ev) {
		return ""
	}
	if junosSays.tell(msg, ev) {
		if p.known.sshd {
			ev.Count = 0
		}
		return ""
	}
	if rest, ok := cut(msg, "SSH: Server;Ltype: "); ok {
		return p.hpn(rest, ev)
	}
	if bytes.HasPrefix(msg, []byte("reverse mapping checking ")) {
		return p.reverse(msg, ev)
	}
	return whySSHD
}

// right reads a message that ends with "from ADDR port N", after text that the
// client sent.
func (p *sshd) right(msg []byte, ev *ingest.Event) string {
	_, c, ok := lastFrom(msg, false)
	if !ok {
		return whySSHD
	}
	why := p.left(msg[c.start:], ingest.KindProbe, ev)
	ev.Said = nil // all of the line may be
	return why
}

// dispatchFatal reads "[authenticating user USER ]ADDR port N: REASON".
func (p *sshd) dispatchFatal(msg []byte, ev *ingest.Event) string {
	user, a, ok := certainPeer(msg)
	if !ok {
		return whySSHD
	}
	ev.Src = a
	ev.User, _ = cutStage(user)
	ev.Kind = ingest.KindProbe
	if proc := p.processes.of(ev); proc != nil && proc.counted {
		ev.Kind = ingest.KindDisconnect
	}
	return ""
}

// brokenOff gives the process's client as the source of a broken connection,
// once.
func (p *sshd) brokenOff(ev *ingest.Event) string {
	proc := p.processes.of(ev)
	if !p.fromProcess(proc, ev) {
		if proc != nil {
			proc.broke = true
		}
		return "names no address, nor does an earlier line of the process"
	}
	ev.Kind = ingest.KindProbe
	if proc.counted && !proc.broke {
		ev.Kind = ingest.KindDisconnect
	}
	proc.failed()
	proc.broke = true
	return ""
}

// connected reads "ADDR port N on OWN port 22", the start of a connection.
func (p *sshd) connected(msg []byte, ev *ingest.Event) string {
	c, ok := claimAt(msg, 0)
	if !ok {
		return whySSHD
	}
	proc := p.processes.of(ev)
	proc.end()
	c.source(ev)
	proc.saw(ev.Src)
	ev.Kind = ingest.KindConnect
	return ""
}

// hpn reads the line that HPN-SSH adds to every step: "Version;Remote: ADDR-PORT;...".
func (p *sshd) hpn(msg []byte, ev *ingest.Event) string {
	_, rest, ok := bytes.Cut(msg, []byte(";Remote: "))
	if !ok {
		return whySSHD
	}
	remote, _, _ := bytes.Cut(rest, []byte(";"))
	if i := bytes.LastIndexByte(remote, '-'); i > 0 {
		remote = remote[:i]
	}
	if a, ok := address(remote); ok {
		p.processes.of(ev).saw(a)
	}
	return whyQuiet
}

// reverse reads "... for NAME [ADDR] failed - POSSIBLE BREAK-IN ATTEMPT!". The
// words alarm, but half of the internet has such a name.
func (p *sshd) reverse(msg []byte, ev *ingest.Event) string {
	i := bytes.LastIndexByte(msg, '[')
	if i < 0 {
		return whySSHD
	}
	n := bytes.IndexByte(msg[i:], ']')
	if n < 0 {
		return whySSHD
	}
	a, ok := address(msg[i+1 : i+n])
	if !ok {
		return whySSHD
	}
	ev.Src, ev.Kind = a, ingest.KindOther
	p.processes.of(ev).saw(a)
	return ""
}
