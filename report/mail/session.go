package mail

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// session is an open, protected conversation with a mail server.
type session struct{ client *smtp.Client }

// deliver sends one letter to those of its recipients whom the server takes, and
// returns the others.
func (s session) deliver(l Letter) []Failure {
	if err := s.mailFrom(l.From); err != nil {
		return everybody(l, outcome(err), tell(fmt.Errorf("sender %s: %w", l.From, err)))
	}
	var failures []Failure
	for _, to := range l.To {
		err := s.client.Rcpt(to)
		if err == nil {
			continue
		}
		if closing(err) { // those accepted before are lost with the session
			return others(l, failures, err)
		}
		failures = append(failures, Failure{to, outcome(err), tell(err)})
	}
	if len(failures) == len(l.To) {
		s.client.Quit() // out of politeness; nothing depends on it
		return failures
	}
	if err := s.data(l.Data); err != nil {
		return others(l, failures, err)
	}
	s.client.Quit() // the letter is theirs, whatever is answered now
	return failures
}

// mailFrom is smtp.Client.Mail without its BODY and SMTPUTF8: our letters are
// seven bit and our addresses ASCII, and asking for more than is needed makes
// mail bounce at relays that do not know it.
func (s session) mailFrom(from string) error {
	text := s.client.Text
	id, err := text.Cmd("MAIL FROM:<%s>", from)
	if err != nil {
		return err
	}
	text.StartResponse(id)
	defer text.EndResponse(id)
	_, _, err = text.ReadResponse(250)
	return err
}

// data sends the message; the writer doubles the dots that begin a line.
func (s session) data(message []byte) error {
	w, err := s.client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	return w.Close()
}

// outcome reads a server's answer. 530 to 538 are about the login (RFC 4954),
// which a person can mend; a broken connection says nothing about the letter.
func outcome(err error) Outcome {
	var answer *textproto.Error
	switch {
	case !errors.As(err, &answer):
		return Deferred
	case 530 <= answer.Code && answer.Code <= 538:
		return Unreachable
	case answer.Code >= 500:
		return Refused
	}
	return Deferred
}

// closing reports whether an error ends the session: no answer at all, or the
// server's own goodbye.
func closing(err error) bool {
	var answer *textproto.Error
	return !errors.As(err, &answer) || answer.Code == 421
}

// others adds to failures, for the same reason, everybody who is not among them.
func others(l Letter, failures []Failure, err error) []Failure {
	for _, to := range l.To {
		if !slices.ContainsFunc(failures, func(f Failure) bool { return f.To == to }) {
			failures = append(failures, Failure{to, outcome(err), tell(err)})
		}
	}
	return failures
}

var fullName = lazyregexp.New(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)

// helloName is how the machine introduces itself: by its full name, or, where it
// has none, by its address (RFC 5321, section 4.1.3). "localhost", which the
// standard library would say, costs points with spam filters.
func helloName(name string, local net.Addr) string {
	if name = strings.TrimSuffix(name, "."); fullName().MatchString(name) && len(name) <= 253 {
		return name
	}
	at, err := netip.ParseAddrPort(local.String())
	switch addr := at.Addr().Unmap().WithZone(""); {
	case err != nil:
		return "localhost"
	case addr.Is4():
		return "[" + addr.String() + "]"
	default:
		return "[IPv6:" + addr.String() + "]"
	}
}
