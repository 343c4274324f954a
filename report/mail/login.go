package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
)

// errNoLogin says that the server cannot be logged in to.
var errNoLogin = errors.New("it offers none of the logins PLAIN, LOGIN and CRAM-MD5")

// login authenticates over the session, which must be TLS by now; Check has
// seen to that, and it is looked at once more, because a password once sent
// cannot be taken back.
func (s SMTP) login(client *smtp.Client) error {
	if _, protected := client.TLSConnectionState(); !protected {
		return errors.New("a password is not sent in clear text")
	}
	password, err := s.Password()
	if err != nil {
		return err
	}
	_, offered := client.Extension("AUTH")
	var auth smtp.Auth
	switch methods := strings.Fields(strings.ToUpper(offered)); {
	case slices.Contains(methods, "PLAIN"):
		auth = smtp.PlainAuth("", s.User, password, s.Host)
	case slices.Contains(methods, "LOGIN"):
		auth = &loginAuth{answers: []string{s.User, password}}
	case slices.Contains(methods, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(s.User, password)
	default:
		return errNoLogin
	}
	if err := client.Auth(auth); err != nil {
		encode := base64.StdEncoding.EncodeToString
		return tell(fmt.Errorf("login as %s: %w", s.User, err), password,
			encode([]byte(password)), encode([]byte("\x00"+s.User+"\x00"+password)))
	}
	return nil
}

// loginAuth is the LOGIN of old Exchange servers, which the standard library
// leaves out: the server asks twice, for the user and for the password, in words
// that differ from server to server.
type loginAuth struct{ answers []string }

func (a *loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (a *loginAuth) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(a.answers) == 0 {
		return nil, errors.New("the server asks for more than a user and a password")
	}
	next := a.answers[0]
	a.answers = a.answers[1:]
	return []byte(next), nil
}
