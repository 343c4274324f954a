package format

import (
	"bytes"

	"gumshoe/ingest"
)

// tcpServer reads ucspi-tcp's tcpserver where it logs under its own name, for
// any server. Under qmail's name it is read by tcpserver itself.
type tcpServer struct{}

func newTCPServer(*shared) messenger { return tcpServer{} }

// message implements messenger.
func (tcpServer) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceInet
	return tcpserver(msg, ev)
}

// tcpserver reads "(ok|deny) PID NAME:OWN:PORT NAME:ADDR:IDENT:PORT" and "pid PID
// from ADDR". NAME is the resolver's, in which tcpserver leaves no colon; IDENT,
// behind the address, is the client's.
func tcpserver(msg []byte, ev *ingest.Event) string {
	what, rest, _ := bytes.Cut(msg, []byte(" "))
	_, rest, _ = bytes.Cut(rest, []byte(" "))
	switch string(what) {
	case "pid":
		from, ok := cut(rest, "from ")
		if a, isAddr := address(from); ok && isAddr {
			ev.Src, ev.Kind = a, ingest.KindConnect
			return ""
		}
		return whyMessage
	case "ok":
		ev.Kind = ingest.KindOther // "pid" told of the connection
	case "deny":
		ev.Kind = ingest.KindReject
	case "status:", "end":
		return whyQuiet
	default:
		return whyMessage
	}
	_, remote, _ := bytes.Cut(rest, []byte(" "))
	_, remote, _ = bytes.Cut(remote, []byte(":"))
	client, _, ok := bytes.Cut(remote, []byte(":"))
	a, isAddr := address(client)
	if !ok || !isAddr {
		return whyMessage
	}
	ev.Src = a
	return ""
}
