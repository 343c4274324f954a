package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a mail server on loopback. It speaks the whole dialogue, and fails
// where a test wants it to: an answer in Replies stands in for its own.
type server struct {
	Implicit bool              // TLS from the first byte
	TLS      *tls.Config       // nil: STARTTLS is not offered
	Auth     string            // the methods offered once TLS stands
	Replies  map[string]string // by verb, or by verb and argument; "CLOSE": hang up, "HANG": say nothing more

	listener net.Listener
	open     sync.WaitGroup
	mu       sync.Mutex
	heard    []string // every command, with what was sent for a login
	mails    []received
}

// received is a letter as the server has it.
type received struct {
	from string
	to   []string
	data []byte
	tls  bool
}

// start listens and returns the server with the settings that reach it.
func (s *server) start(t *testing.T) SMTP {
	t.Helper()
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.open.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.open.Go(func() {
				defer conn.Close()
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() { s.listener.Close(); s.open.Wait() })
	to := SMTP{
		Host:     "127.0.0.1",
		Port:     s.listener.Addr().(*net.TCPAddr).Port,
		Security: StartTLS,
		Hello:    "web1.example.org",
		Whole:    20 * time.Second,
	}
	if s.Implicit {
		to.Security = ImplicitTLS
	}
	return to
}

// got returns the letters received so far.
func (s *server) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails
}

// set changes an answer between two sessions.
func (s *server) set(name, reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Replies[name] = reply
}

// reply is what a test wants answered at name.
func (s *server) reply(name string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.Replies[name]
	return r, ok
}

// commands returns what the client has said, one command a line.
func (s *server) commands() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.heard, "\n")
}

// dialogue is one session.
type dialogue struct {
	*server
	conn    net.Conn
	in      *bufio.Reader
	encoded bool
	mail    received
}

func (s *server) serve(conn net.Conn) {
	d := &dialogue{server: s, conn: conn, encoded: s.Implicit}
	if s.Implicit {
		d.conn = tls.Server(conn, s.TLS)
	}
	d.in = bufio.NewReader(d.conn)
	if !d.answer("220 mx.example.org ESMTP", "CONNECT") {
		return
	}
	for {
		line, err := d.line()
		if err != nil {
			return
		}
		if !d.command(line) {
			return
		}
	}
}

// line reads what the client says and notes it.
func (d *dialogue) line() (string, error) {
	line, err := d.in.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err == nil {
		d.mu.Lock()
		d.heard = append(d.heard, line)
		d.mu.Unlock()
	}
	return line, err
}

// answer says reply, or what the test put in place of it for one of the names;
// false ends the session.
func (d *dialogue) answer(reply string, names ...string) bool {
	for _, name := range names {
		if r, ok := d.reply(name); ok {
			reply = r
			break
		}
	}
	switch reply {
	case "CLOSE":
		return false
	case "HANG":
		io.Copy(io.Discard, d.in) // until the client has had enough
		return false
	}
	_, err := io.WriteString(d.conn, reply+"\r\n")
	return err == nil && !strings.HasPrefix(reply, "421")
}

// positive reports whether the answer to any of the names is the server's own.
func (d *dialogue) positive(names ...string) bool {
	for _, name := range names {
		if r, ok := d.reply(name); ok && !strings.HasPrefix(r, "2") {
			return false
		}
	}
	return true
}

func (d *dialogue) command(line string) bool {
	verb, arg, _ := strings.Cut(line, " ")
	switch verb {
	case "EHLO":
		offers := []string{"mx.example.org", "8BITMIME", "SMTPUTF8"}
		if d.TLS != nil && !d.encoded {
			offers = append(offers, "STARTTLS")
		}
		if d.Auth != "" && d.encoded {
			offers = append(offers, "AUTH "+d.Auth)
		}
		return d.answer("250-"+strings.Join(offers, "\r\n250-")+"\r\n250 PIPELINING", "EHLO")
	case "STARTTLS":
		if !d.answer("220 go ahead", "STARTTLS") {
			return false
		}
		d.conn = tls.Server(d.conn, d.TLS)
		d.in, d.encoded = bufio.NewReader(d.conn), true
		return true
	case "AUTH":
		return d.login(arg)
	case "MAIL":
		d.mail = received{from: between(arg), tls: d.encoded}
		return d.answer("250 ok", line, "MAIL")
	case "RCPT":
		to := between(arg)
		if d.positive(to, "RCPT") {
			d.mail.to = append(d.mail.to, to)
		}
		return d.answer("250 ok", to, "RCPT")
	case "DATA":
		if !d.positive("DATA") {
			return d.answer("", "DATA")
		}
		return d.answer("354 end with .", "DATA") && d.data()
	case "QUIT":
		d.answer("221 bye", "QUIT")
		return false
	}
	return d.answer("502 what is "+verb, verb)
}

// between takes the address out of FROM:<…>; whatever else stands there stays in
// sight.
func between(arg string) string {
	_, arg, _ = strings.Cut(arg, ":")
	return strings.TrimSuffix(strings.TrimPrefix(arg, "<"), ">")
}

// login asks what the method asks.
func (d *dialogue) login(arg string) bool {
	challenges := map[string][]string{"LOGIN": {"Username:", "Password:"}, "CRAM-MD5": {"<1896.697170952@postoffice.reston.mci.net>"}}
	method, _, _ := strings.Cut(arg, " ")
	for _, c := range challenges[method] {
		if !d.answer("334 " + base64.StdEncoding.EncodeToString([]byte(c))) {
			return false
		}
		if _, err := d.line(); err != nil {
			return false
		}
	}
	return d.answer("235 welcome", "AUTH")
}

// data takes the message and undoes the stuffing of dots.
func (d *dialogue) data() bool {
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return false
		}
		if r, _ := d.reply("MIDDLE"); r == "CLOSE" {
			return false
		}
		if line == ".\r\n" {
			break
		}
		d.mail.data = append(d.mail.data, strings.TrimPrefix(line, ".")...)
	}
	if d.positive("END") {
		d.mu.Lock()
		d.mails = append(d.mails, d.mail)
		d.mu.Unlock()
	}
	return d.answer("250 queued", "END")
}

// authority is a CA made for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	cert, key := issue(t, template, nil, nil)
	return authority{cert, key}
}

// issue signs a certificate; without a parent it signs itself.
func issue(t *testing.T, template, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if parent == nil {
		parent, by = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// pool trusts this authority alone.
func (a authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// server is the TLS of a server at name, an IP address or a host name.
func (a authority) server(t *testing.T, name string, until time.Time) *tls.Config {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	cert, key := issue(t, template, a.cert, a.key)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}

// good is the TLS of a server that does everything right.
func (a authority) good(t *testing.T) *tls.Config {
	return a.server(t, "127.0.0.1", time.Now().Add(24*time.Hour))
}

// describe tells failures as a table of a test expects them.
func describe(failures []Failure) string {
	var lines []string
	for _, f := range failures {
		lines = append(lines, fmt.Sprintf("%s %s", f.To, []string{"deferred", "unreachable", "refused"}[f.Outcome]))
	}
	return strings.Join(lines, ", ")
}
