package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"time"

	"github.com/jordan-wright/email"

	"gumshoe/ingest/lazyregexp"
	"gumshoe/report"
)

// Draft is a rendered report with what makes a mail of it. The report may quote
// attackers: what reaches a header is made harmless instead of refused, or a
// hostile user name would silence the mail that tells of it. Addresses come from
// the configuration, and a wrong one is an error.
type Draft struct {
	report.Message           // Subject is cut after 150 characters; HTML may be empty
	From           string    // "gumshoe on web1 <gumshoe@web1.example.org>"
	To             []string  // seen by each other
	Run            string    // the delivery key: the same for every try to send this mail, different for every other mail
	Host           string    // the machine that the report is about: mail is filtered by it
	Date           time.Time // when the report was made
}

// maxSubject is the length of a subject in runes. A phone shows forty, a list of
// mails on a screen about a hundred.
const maxSubject = 150

var (
	nameForm     = lazyregexp.New(`^[a-z0-9][a-z0-9._-]{0,63}(@[a-z0-9][a-z0-9.-]{0,63})?$`)
	pngSignature = []byte("\x89PNG\r\n\x1a\n")
	noHostChar   = lazyregexp.New(`[^a-z0-9.-]+`)
)

// Compose writes the draft as MIME: text and HTML as alternatives, the images
// related to the HTML, every line shorter than 998 bytes and 7 bit clean.
func (d Draft) Compose() (Letter, error) {
	if d.Run == "" {
		return Letter{}, errors.New("a mail without a delivery key would be sent twice")
	}
	from, err := parseAddress("sender", d.From)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Key: d.Run, From: from.Address}
	e := email.NewEmail()
	e.From = carried(from)
	for _, s := range d.To {
		to, err := parseAddress("recipient", s)
		if err != nil {
			return Letter{}, err
		}
		l.To = append(l.To, to.Address)
		e.To = append(e.To, carried(to))
	}
	if len(l.To) == 0 {
		return Letter{}, errors.New("a mail without recipients")
	}
	e.Subject = subject(d.Subject)
	e.Text, e.HTML = valid(d.Text), valid(d.HTML)
	if len(e.Text) == 0 {
		return Letter{}, errors.New("a mail without text")
	}
	e.Headers = d.headers(from.Address)
	if err := attach(e, d.Images); err != nil {
		return Letter{}, err
	}
	raw, err := e.Bytes()
	if err != nil {
		return Letter{}, fmt.Errorf("writing the mail: %w", err)
	}
	l.Data = tidy(raw)
	return l, nil
}

// headers are those that people do not see but filters, vacation notices and
// threads go by.
func (d Draft) headers(from string) textproto.MIMEHeader {
	_, domain, _ := strings.Cut(from, "@")
	sum := sha256.Sum256([]byte(d.Run))
	h := textproto.MIMEHeader{}
	h.Set("Date", d.Date.Format(time.RFC1123Z))
	h.Set("Message-Id", "<"+hex.EncodeToString(sum[:16])+"@"+domain+">")
	h.Set("List-Id", "gumshoe <"+listID(d.Host)+">") // RFC 2919
	h.Set("Auto-Submitted", "auto-generated")        // RFC 3834: nobody's vacation answers
	h.Set("Precedence", "bulk")                      // nor do responders older than that
	h.Set("X-Auto-Response-Suppress", "OOF, AutoReply")
	return h
}

// listID names the mails about one machine; a host name without a domain belongs
// below localhost (RFC 2919, section 2).
func listID(host string) string {
	const most = 128 // the RFC allows 255 in all
	host = noHostChar().ReplaceAllString(strings.ToLower(host), "-")
	host = strings.Trim(host[:min(len(host), most)], ".-")
	switch {
	case host == "":
		return "gumshoe.localhost"
	case !strings.Contains(host, "."):
		return "gumshoe." + host + ".localhost"
	}
	return "gumshoe." + host
}

// subject makes a subject harmless: one line, visible characters only, and no
// encoded-word of somebody else's making, which mail programs would decode.
func subject(s string) string {
	return strings.ReplaceAll(oneLine(s, maxSubject), "=?", "= ?")
}

// valid is UTF-8 in lines, whatever it was. Whoever writes quoted-printable takes a line
// feed for the other half of a lone carriage return, even behind the bytes between them.
func valid(body string) []byte {
	return []byte(lineEnds.Replace(strings.ToValidUTF8(body, "\uFFFD")))
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// attach adds the images under names of our own.
func attach(e *email.Email, images []report.Image) error {
	seen := map[string]bool{}
	for i, img := range images {
		switch {
		case !nameForm().MatchString(img.Name):
			return fmt.Errorf("image %q: a name is lower case letters, digits and ._-@", img.Name)
		case seen[img.Name]:
			return fmt.Errorf("image %q is there twice", img.Name)
		case !bytes.HasPrefix(img.PNG, pngSignature):
			return fmt.Errorf("image %q is no PNG", img.Name)
		}
		seen[img.Name] = true
		a, err := e.Attach(bytes.NewReader(img.PNG), fmt.Sprintf("chart-%d.png", i+1), "image/png")
		if err != nil {
			return fmt.Errorf("image %q: %w", img.Name, err)
		}
		a.HTMLRelated = true
		a.Header.Set("Content-Id", "<"+img.Name+">")
	}
	return nil
}
