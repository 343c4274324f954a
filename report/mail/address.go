package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"gumshoe/ingest/lazyregexp"
)

// Addresses are plain ASCII of the unquoted kind (RFC 5321, Dot-string and
// Domain). With SMTPUTF8 a mail bounces at the first relay that has not heard of
// it, and quoted local parts are split at their commas by mail software: who
// gets an alarm should have an address that every server understands.
var bareAddress = lazyregexp.New(
	"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
		"@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$")

// Limits of RFC 5321, section 4.5.3.1.
const (
	maxAddress = 254
	maxLocal   = 64
)

// checkBare returns what is wrong with an address, to be read after it.
func checkBare(s string) error {
	switch {
	case len(s) > maxAddress, strings.IndexByte(s, '@') > maxLocal:
		return errors.New("is too long")
	case strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
		return errors.New("is not ASCII; write the domain as xn--…")
	case !bareAddress().MatchString(s):
		return errors.New("is not of the form name@host.example")
	}
	return nil
}

// parseAddress reads "Name <name@host>" or "name@host".
func parseAddress(field, s string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(s)
	if err != nil {
		return nil, fmt.Errorf("%s %q is no mail address: %w", field, s, err)
	}
	if err := checkBare(a.Address); err != nil {
		return nil, fmt.Errorf("%s %q %w", field, s, err)
	}
	if !utf8.ValidString(a.Name) || strings.IndexFunc(a.Name, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return nil, fmt.Errorf("%s %q has a name with characters that cannot be shown", field, s)
	}
	if len(a.Name) > maxName {
		return nil, fmt.Errorf("%s <%s> has a name longer than %d bytes", field, a.Address, maxName)
	}
	return a, nil
}

// maxName is how long the name before an address may be, in bytes: in base64 and with
// the address it stands in one line of the head, which has 998 at most.
const maxName = 256

// CheckAddress returns an error, that names the field, for an address that
// cannot be written to: settings are checked long before the first mail.
func CheckAddress(field, s string) error {
	_, err := parseAddress(field, s)
	return err
}

// carried writes an address so that the MIME library, which splits at every
// comma and writes a From that it cannot parse as it stands, has nothing to
// split: the name goes in as base64, and comes out as it should be.
func carried(a *netmail.Address) string {
	if a.Name == "" {
		return a.Address
	}
	return "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(a.Name)) + "?= <" + a.Address + ">"
}
