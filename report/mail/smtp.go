package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"strconv"
	"time"
)

// Security is how a session with a mail server is protected.
type Security string

const (
	ImplicitTLS Security = "tls"      // TLS from the first byte; port 465
	StartTLS    Security = "starttls" // TLS before anything else is said, or nothing is; port 587
	ClearText   Security = "none"     // for a server on this machine, and without a login
)

// SMTP sends letters through a mail server. The zero values of Port, Security,
// Step and Whole are good.
type SMTP struct {
	Host     string
	Port     int            // 0: 465 or 587, as Security has it
	Security Security       // "": ImplicitTLS on port 465, else StartTLS
	Roots    *x509.CertPool // who may vouch for the server; nil: whom the system trusts
	User     string         // "": no login
	Password Secret
	Hello    string        // this machine's full name
	Step     time.Duration // how long one answer may take; 0: a minute, for servers that let strangers wait
	Whole    time.Duration // how long one letter may take; 0: five minutes
}

const (
	defaultStep  = time.Minute
	defaultWhole = 5 * time.Minute
	portTLS      = 465
	portStartTLS = 587
)

// withDefaults fills in what was left open.
func (s SMTP) withDefaults() SMTP {
	if s.Security == "" {
		s.Security = StartTLS
		if s.Port == portTLS {
			s.Security = ImplicitTLS
		}
	}
	if s.Port == 0 {
		s.Port = map[Security]int{ImplicitTLS: portTLS, StartTLS: portStartTLS, ClearText: 25}[s.Security]
	}
	if s.Step == 0 {
		s.Step = defaultStep
	}
	if s.Whole == 0 {
		s.Whole = defaultWhole
	}
	return s
}

// Check returns an error for settings that cannot work or must not.
func (s SMTP) Check() error {
	s = s.withDefaults()
	switch {
	case s.Host == "":
		return errors.New("no mail server is configured")
	case s.Port < 0 || s.Port > 65535:
		return fmt.Errorf("%d is no port", s.Port)
	case s.Security != ImplicitTLS && s.Security != StartTLS && s.Security != ClearText:
		return fmt.Errorf("%q is none of tls, starttls, none", s.Security)
	case s.Security == ClearText && s.User != "":
		return errors.New("a password is not sent in clear text, not even to this machine: use TLS or no login")
	case s.User != "" && s.Password == nil:
		return fmt.Errorf("no password for the user %q", s.User)
	}
	return nil
}

// address is host:port.
func (s SMTP) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Send delivers a letter in a session of its own.
func (s SMTP) Send(ctx context.Context, l Letter) []Failure {
	if err := l.check(); err != nil {
		return everybody(l, Refused, err)
	}
	if err := s.Check(); err != nil {
		return everybody(l, Unreachable, err)
	}
	s = s.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, s.Whole)
	defer cancel()
	client, err := s.open(ctx)
	if err != nil {
		return everybody(l, Unreachable, fmt.Errorf("mail server %s: %w", s.address(), err))
	}
	defer client.Close()
	return session{client}.deliver(l)
}

// Probe opens a session as Send does, logs in and says goodbye: what a person
// wants to know before the first mail.
func (s SMTP) Probe(ctx context.Context) error {
	if err := s.Check(); err != nil {
		return err
	}
	s = s.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, s.Whole)
	defer cancel()
	client, err := s.open(ctx)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.address(), err)
	}
	defer client.Close()
	return client.Quit()
}

// open connects, protects the connection and logs in.
func (s SMTP) open(ctx context.Context) (_ *smtp.Client, err error) {
	dialer := net.Dialer{Timeout: s.Step}
	if s.Security == ClearText {
		dialer.Control = loopbackOnly
	}
	raw, err := dialer.DialContext(ctx, "tcp", s.address())
	if err != nil {
		return nil, err
	}
	conn := net.Conn(watch(ctx, raw, s.Step))
	defer func() {
		if err != nil {
			conn.Close() // also stops the watch
		}
	}()
	if s.Security == ImplicitTLS {
		protected := tls.Client(conn, s.tls())
		if err := protected.HandshakeContext(ctx); err != nil {
			return nil, tlsError(err)
		}
		conn = protected
	}
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return nil, tell(fmt.Errorf("greeting: %w", err))
	}
	if err := client.Hello(helloName(s.Hello, raw.LocalAddr())); err != nil {
		return nil, tell(fmt.Errorf("EHLO: %w", err))
	}
	if s.Security == StartTLS {
		if err := s.startTLS(client); err != nil {
			return nil, err
		}
	}
	if s.User != "" {
		if err := s.login(client); err != nil {
			return nil, err
		}
	}
	return client, nil
}

// errStripped says that there will be no TLS.
var errStripped = errors.New("it does not offer STARTTLS, or somebody on the way has removed the offer; nothing was sent")

// startTLS protects the session or gives it up.
func (s SMTP) startTLS(client *smtp.Client) error {
	if ok, _ := client.Extension("STARTTLS"); !ok {
		return errStripped
	}
	if err := client.StartTLS(s.tls()); err != nil {
		return tlsError(err)
	}
	return nil
}

// tls is the configuration of both ways to TLS.
func (s SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// tlsError tells a failed handshake; where the certificate is at fault, what a
// person can do.
func tlsError(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return tell(fmt.Errorf("TLS: %w; for a certificate of your own, name its CA file", err))
	}
	return tell(fmt.Errorf("TLS: %w", err))
}

// LoadRoots reads the certificates that alone may vouch for a server.
func LoadRoots(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the CA file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %q holds no certificate", path)
	}
	return pool, nil
}
