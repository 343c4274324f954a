package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/report"
	"gumshoe/report/mail"
)

// MailSettings say who gets the reports, and which way.
type MailSettings struct {
	From string   // "": gumshoe at this host
	To   []string // none: no mail
	When mail.When

	SMTP         mail.SMTP // without Host: by the local sendmail
	PasswordFile string
	CAFile       string
	Sendmail     string

	Webhook           string // URL; "" for none
	WebhookSecretFile string
	WebhookCAFile     string

	SIEM    string // a file, "syslog", or "" for nobody
	Metrics string // a file for the node exporter, or "" for none
}

func defaultMail() MailSettings {
	return MailSettings{When: mail.OnFindings, Sendmail: "/usr/sbin/sendmail"}
}

// credential reads a secret: systemd's, or a file's.
func credential(name, file string) mail.Secret {
	return mail.Credential(os.Getenv("CREDENTIALS_DIRECTORY"), name, file)
}

// roots are who may vouch for a server: those of a file, or whom the system trusts.
func roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	return mail.LoadRoots(file)
}

// transport is how mail leaves this machine.
func (m *MailSettings) transport() (mail.Transport, error) {
	if m.SMTP.Host == "" {
		return mail.Sendmail{Path: m.Sendmail}, nil
	}
	s := m.SMTP
	var err error
	if s.Roots, err = roots(m.CAFile); err != nil {
		return nil, fmt.Errorf("mail.smtp.ca_file: %w", err)
	}
	if s.User != "" {
		s.Password = credential("smtp_password", m.PasswordFile)
	}
	return s, s.Check()
}

// check reports what cannot work, before a run has anything to say.
func (m *MailSettings) check(host string) error {
	if len(m.To) > 0 {
		for _, to := range m.To {
			if err := mail.CheckAddress("mail.to", to); err != nil {
				return err
			}
		}
		if err := mail.CheckAddress("mail.from", m.sender(host)); err != nil {
			return err
		}
		if m.SMTP.Host != "" {
			if err := m.SMTP.Check(); err != nil {
				return fmt.Errorf("mail.smtp: %w", err)
			}
		}
	}
	if m.Webhook != "" {
		if err := (mail.Webhook{URL: m.Webhook}).Check(); err != nil {
			return fmt.Errorf("webhook.url: %w", err)
		}
	}
	return nil
}

// sender is who the mail is from.
func (m *MailSettings) sender(host string) string {
	if m.From != "" {
		return m.From
	}
	return "gumshoe@" + host
}

// outbox holds what waits to be sent by mail.
func (s *Settings) outbox() (mail.Outbox, error) {
	t, err := s.Mail.transport()
	return mail.Outbox{Dir: filepath.Join(s.StateDir, "spool", "mail"), Transport: t}, err
}

// letter makes a message a mail of a date. key names the delivery: a try again with
// the same key is no second mail.
func (s *Settings) letter(message report.Message, key string, date time.Time) (mail.Letter, error) {
	return mail.Draft{Message: message, From: s.Mail.sender(s.Host), To: s.Mail.To, Run: key, Host: s.Host, Date: date}.Compose()
}

// deliver keeps the report of a job and sends it to those who want it. What cannot
// go waits for the next run, and degrades this one.
func (a *app) deliver(ctx context.Context, j *job, s *sight, r report.Report) error {
	if j.AdHoc() || j.DryRun {
		return nil
	}
	runs := j.Settings.runs()
	before := runs.since(s.now.Add(-week))
	reason, box := mail.Silence, mail.Outbox{}
	var problem error
	if len(j.Settings.Mail.To) > 0 && j.Span.Until.IsZero() {
		if box, problem = j.Settings.outbox(); problem == nil {
			findings, critical := worthMail(r)
			reason = j.Settings.Mail.When.Due(findings || s.logs.degraded, critical, box.Last(), s.now)
		}
	}
	if reason != mail.Silence || box.Transport == nil { // or nobody would read it
		r.Beyond = beyondFail2ban(s, before, r)
	}
	if reason == mail.Heartbeat {
		r.Heartbeat = pulse(before, r)
		r.Season = append(r.Season, quietSeason(s.in)...)
	}
	lost := runs.put(r) // who was banned must be told all the same
	var sent []mail.Dispatch
	if box.Transport != nil {
		var more []mail.Dispatch
		var err error
		if reason == mail.Silence {
			more, err = box.Flush(ctx, s.now)
		} else {
			more, err = j.mailReport(ctx, box, r)
		}
		sent, problem = append(sent, more...), errors.Join(problem, err)
	}
	more, err := a.callWebhook(ctx, j, r)
	sent, problem = append(sent, more...), errors.Join(problem, err, a.tellSIEM(j, r), a.tellMetrics(j, r))
	for _, d := range sent {
		if trouble := d.Trouble(); trouble != "" {
			problem = errors.Join(problem, errors.New(trouble))
		}
	}
	if problem != nil {
		a.note("%s", strings.ReplaceAll(problem.Error(), "\n", "; "))
		return errors.Join(lost, errDegraded)
	}
	return lost
}

// mailReport sends the report of a run, or leaves it to the next one.
func (j *job) mailReport(ctx context.Context, box mail.Outbox, r report.Report) ([]mail.Dispatch, error) {
	message, err := report.Mail(r)
	if err != nil {
		return nil, err
	}
	letter, err := j.Settings.letter(message, j.Settings.Host+" "+r.Run, r.Now)
	if err != nil {
		return nil, err
	}
	return box.Deliver(ctx, letter, r.Now)
}

// worthMail reports whether somebody should read this: what is worse than medium, or
// medium and was not told before, and what nobody has said a word about. A mail every
// six hours about the same strangers at the same doors would soon go unread.
func worthMail(r report.Report) (findings, critical bool) {
	for i := range r.Cases {
		c := &r.Cases[i]
		findings = findings || c.Level > analyze.Medium || c.Level == analyze.Medium && c.Course != analyze.Continuing
		critical = critical || c.Level == analyze.Critical
	}
	done := r.Done
	return findings || done != nil && len(done.Bans)+len(done.Lifts) > 0, critical
}

// callWebhook posts the report as JSON, signed.
func (a *app) callWebhook(ctx context.Context, j *job, r report.Report) ([]mail.Dispatch, error) {
	m := &j.Settings.Mail
	if m.Webhook == "" || !j.Span.Until.IsZero() {
		return nil, nil
	}
	hook := mail.Webhook{URL: m.Webhook, Now: time.Now}
	var err error
	if hook.Roots, err = roots(m.WebhookCAFile); err != nil {
		return nil, fmt.Errorf("webhook.ca_file: %w", err)
	}
	if m.WebhookSecretFile != "" || os.Getenv("CREDENTIALS_DIRECTORY") != "" {
		hook.Secret = credential("webhook_secret", m.WebhookSecretFile)
	}
	var body bytes.Buffer
	if err := report.Whole(&body, r); err != nil {
		return nil, err
	}
	box := mail.Outbox{Dir: filepath.Join(j.Settings.StateDir, "spool", "webhook"), Transport: hook}
	return box.Deliver(ctx, mail.Letter{Key: j.Settings.Host + " " + r.Run, To: []string{"webhook"}, Data: body.Bytes()}, r.Now)
}

// syslogSocket is where the machine's own syslog daemon listens.
const syslogSocket = "/dev/log"

// syslogTime is how long a run waits for that daemon in all: one that hangs fills its
// socket, and must not hold up the run.
const syslogTime = 5 * time.Second

// tellSIEM writes the cases for a collector: appended to a file as ECS documents, or
// to the local syslog daemon.
func (a *app) tellSIEM(j *job, r report.Report) error {
	switch to := j.Settings.Mail.SIEM; to {
	case "":
		return nil
	case "syslog":
		return tellSyslog(syslogSocket, r)
	default:
		f, err := os.OpenFile(to, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
		if err != nil {
			return fmt.Errorf("siem: %w", err)
		}
		return errors.Join(report.ECS(f, r), f.Close())
	}
}

// tellSyslog hands the cases to the daemon that listens on a socket.
func tellSyslog(socket string, r report.Report) error {
	messages, err := report.Syslog(r)
	if err != nil || len(messages) == 0 {
		return err
	}
	conn, err := net.DialTimeout("unixgram", socket, syslogTime)
	if err != nil {
		return fmt.Errorf("siem: %w", err)
	}
	defer conn.Close()
	if err := conn.SetWriteDeadline(time.Now().Add(syslogTime)); err != nil {
		return fmt.Errorf("siem: %w", err)
	}
	for _, m := range messages {
		if _, err := conn.Write(m.Text); err != nil {
			return fmt.Errorf("siem: %w", err)
		}
	}
	return nil
}
