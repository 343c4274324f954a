package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gumshoe/ban"
	"gumshoe/report/mail"
)

// key is one setting: how its text is read, checked and shown. YAML, the
// environment, flags, `config show` and the documentation's test all work from
// the table keys, so a new setting is one line there.
type key struct {
	name string // path in the YAML, "ban.mode"
	list bool   // grows from file to file instead of being replaced
	set  func(s *Settings, value, from string) error
	show func(s *Settings) []string // one string, or one an item
}

var keys = []key{
	{name: "schema_version", set: setSchema, show: func(*Settings) []string { return []string{strconv.Itoa(schemaVersion)} }},
	text("host", func(s *Settings) *string { return &s.Host }),
	{name: "timezone", set: func(s *Settings, v, _ string) (err error) { s.Location, err = parseZone(v); return err },
		show: func(s *Settings) []string { return []string{s.Location.String()} }},
	directory("state_dir", func(s *Settings) *string { return &s.StateDir }),
	{name: "trusted_proxies", list: true, set: setProxy, show: showProxies},
	{name: "dns", set: setDNS, show: func(s *Settings) []string { return []string{s.DNS} }},
	{name: "geo.databases", list: true, set: setDatabase, show: showDatabases},
	boolean("owner.lookup", func(s *Settings) *bool { return &s.OwnerLookup }),
	duration("owner.keep", func(s *Settings) *time.Duration { return &s.OwnerKeep }),
	duration("last", func(s *Settings) *time.Duration { return &s.Last }),
	boolean("report.save", func(s *Settings) *bool { return &s.Save }),
	{name: "report.dir", set: directory("report.dir", func(s *Settings) *string { return &s.Reports }).set,
		show: func(s *Settings) []string { return []string{s.ReportDir()} }},
	duration("archive.keep", func(s *Settings) *time.Duration { return &s.KeepArchive }),
	duration("archive.keep_services", func(s *Settings) *time.Duration { return &s.KeepServices }),
	number("archive.max_size", 0, 1<<20, func(s *Settings) *int { return &s.ArchiveMiB }),
	boolean("archive.hash_accounts", func(s *Settings) *bool { return &s.HashAccounts }),
	{name: "ban.mode", set: setMode, show: func(s *Settings) []string { return []string{s.BanMode} }},
	{name: "ban.allow", list: true, set: setAllow, show: showAllow},
	networks("ban.own", func(s *Settings) *[]Network { return &s.Own }),
	duration("ban.base", func(s *Settings) *time.Duration { return &s.Ban.Base }),
	duration("ban.slow", func(s *Settings) *time.Duration { return &s.Ban.Slow }),
	duration("ban.max", func(s *Settings) *time.Duration { return &s.Ban.Max }),
	number("ban.max_bans", 0, 65536, func(s *Settings) *int { return &s.Ban.MaxBans }),
	number("ban.max_prefixes", 0, 65536, func(s *Settings) *int { return &s.Ban.MaxPrefixes }),
	number("ban.max_prefix_v4", 16, 32, func(s *Settings) *int { return &s.Ban.MaxPrefix4 }),
	number("ban.max_prefix_v6", 32, 64, func(s *Settings) *int { return &s.Ban.MaxPrefix6 }),
	{name: "ban.drivers", list: true, set: setDriver, show: func(s *Settings) []string { return s.Drivers }},
	{name: "ban.action", set: setBanAction, show: func(s *Settings) []string { return []string{string(cmp.Or(s.Ban.Action, ban.Drop))} }},
	{name: "ban.break_in", set: setBreakIn, show: showBreakIn},
	boolean("ban.all_ports", func(s *Settings) *bool { return &s.Ban.AllPorts }),
	boolean("ban.keep_established", func(s *Settings) *bool { return &s.Filter.KeepEstablished }),
	number("ban.rate_per_minute", 0, 6000, func(s *Settings) *int { return &s.Filter.PerMinute }),
	text("ai.base_url", func(s *Settings) *string { return &s.AI.BaseURL }),
	text("ai.model", func(s *Settings) *string { return &s.AI.Model }),
	text("ai.key_file", func(s *Settings) *string { return &s.AIKeyFile }),
	text("ai.mode", func(s *Settings) *string { return &s.AI.Mode }),
	text("ai.limit", func(s *Settings) *string { return &s.AI.Limit }),
	number("ai.think", 0, 1<<20, func(s *Settings) *int { return &s.AI.Think }),
	number("ai.run_tokens", 0, 1<<30, func(s *Settings) *int { return &s.AI.RunTokens }),
	number("ai.month_tokens", 0, 1<<30, func(s *Settings) *int { return &s.AI.MonthTokens }),
	amount("ai.run_cost", func(s *Settings) *float64 { return &s.AI.RunCost }),
	amount("ai.month_cost", func(s *Settings) *float64 { return &s.AI.MonthCost }),
	amount("ai.price_in", func(s *Settings) *float64 { return &s.AI.PriceIn }),
	amount("ai.price_out", func(s *Settings) *float64 { return &s.AI.PriceOut }),
	number("ai.cards", 1, 20, func(s *Settings) *int { return &s.AI.Cards }),
	duration("ai.within", func(s *Settings) *time.Duration { return &s.AI.Within }),
	duration("ai.timeout", func(s *Settings) *time.Duration { return &s.AI.Patient }),
	duration("ai.remember", func(s *Settings) *time.Duration { return &s.AI.Recall }),
	{name: "mail.to", list: true, set: func(s *Settings, v, _ string) error {
		s.Mail.To = append(s.Mail.To, v)
		return mail.CheckAddress("recipient", v)
	},
		show: func(s *Settings) []string { return s.Mail.To }},
	text("mail.from", func(s *Settings) *string { return &s.Mail.From }),
	{name: "mail.when", set: setWhen, show: func(s *Settings) []string { return []string{string(s.Mail.When)} }},
	text("mail.sendmail", func(s *Settings) *string { return &s.Mail.Sendmail }),
	text("mail.smtp.host", func(s *Settings) *string { return &s.Mail.SMTP.Host }),
	number("mail.smtp.port", 0, 65535, func(s *Settings) *int { return &s.Mail.SMTP.Port }),
	{name: "mail.smtp.tls", set: func(s *Settings, v, _ string) error { s.Mail.SMTP.Security = mail.Security(v); return nil },
		show: func(s *Settings) []string { return []string{string(s.Mail.SMTP.Security)} }},
	text("mail.smtp.ca_file", func(s *Settings) *string { return &s.Mail.CAFile }),
	text("mail.smtp.user", func(s *Settings) *string { return &s.Mail.SMTP.User }),
	text("mail.smtp.password_file", func(s *Settings) *string { return &s.Mail.PasswordFile }),
	text("mail.smtp.hello", func(s *Settings) *string { return &s.Mail.SMTP.Hello }),
	text("webhook.url", func(s *Settings) *string { return &s.Mail.Webhook }),
	text("webhook.secret_file", func(s *Settings) *string { return &s.Mail.WebhookSecretFile }),
	text("webhook.ca_file", func(s *Settings) *string { return &s.Mail.WebhookCAFile }),
	{name: "siem", set: setSIEM, show: func(s *Settings) []string { return []string{s.Mail.SIEM} }},
	{name: "metrics", set: setMetrics, show: func(s *Settings) []string { return []string{s.Mail.Metrics} }},
}

const schemaVersion = 1

func keyByName(name string) *key {
	if i := slices.IndexFunc(keys, func(k key) bool { return k.name == name }); i >= 0 {
		return &keys[i]
	}
	return nil
}

// env is the key's environment variable.
func (k *key) env() string {
	return "GUMSHOE_" + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_"))
}

func keyByEnv(name string) *key {
	if i := slices.IndexFunc(keys, func(k key) bool { return k.env() == name }); i >= 0 {
		return &keys[i]
	}
	return nil
}

// set gives the key a value and remembers where it came from.
func (s *Settings) set(k *key, value, from string) error {
	if err := k.set(s, value, from); err != nil {
		return err
	}
	if !k.list {
		s.origin[k.name] = nil
	}
	s.origin[k.name] = append(s.origin[k.name], from)
	return nil
}

func setSchema(_ *Settings, v, _ string) error {
	if v != strconv.Itoa(schemaVersion) {
		return fmt.Errorf("this gumshoe reads schema_version %d, not %q", schemaVersion, v)
	}
	return nil
}

var modes = []string{"off", "critical", "strong"}

func setMode(s *Settings, v, _ string) error {
	if !slices.Contains(modes, v) {
		return fmt.Errorf("%q is no mode; write %s", v, strings.Join(modes, ", "))
	}
	s.BanMode = v
	return nil
}

// Whether DNS is asked: auto asks in the job and not over files.
const (
	dnsAuto = "auto"
	dnsOn   = "true"
	dnsOff  = "false"
)

func setDNS(s *Settings, v, _ string) error {
	if !slices.Contains([]string{dnsAuto, dnsOn, dnsOff}, v) {
		return fmt.Errorf("%q is neither %s nor %s nor %s", v, dnsAuto, dnsOn, dnsOff)
	}
	s.DNS = v
	return nil
}

func text(name string, field func(*Settings) *string) key {
	return key{
		name: name,
		set:  func(s *Settings, v, _ string) error { *field(s) = v; return nil },
		show: func(s *Settings) []string { return []string{*field(s)} },
	}
}

func directory(name string, field func(*Settings) *string) key {
	k := text(name, field)
	k.set = func(s *Settings, v, _ string) error {
		if v == "" {
			return errors.New("a directory needs a name")
		}
		*field(s) = filepath.Clean(v)
		return nil
	}
	return k
}

func duration(name string, field func(*Settings) *time.Duration) key {
	return key{
		name: name,
		set: func(s *Settings, v, _ string) error {
			d, err := parseDuration(v)
			if err != nil {
				return err
			}
			if d == 0 {
				return fmt.Errorf("%s must be longer than nothing", name)
			}
			*field(s) = d
			return nil
		},
		show: func(s *Settings) []string { return []string{showDuration(*field(s))} },
	}
}

func number(name string, low, high int, field func(*Settings) *int) key {
	return key{
		name: name,
		set: func(s *Settings, v, _ string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < low || n > high {
				return fmt.Errorf("%q is no number from %d to %d", v, low, high)
			}
			*field(s) = n
			return nil
		},
		show: func(s *Settings) []string { return []string{strconv.Itoa(*field(s))} },
	}
}

func boolean(name string, field func(*Settings) *bool) key {
	return key{
		name: name,
		set:  func(s *Settings, v, _ string) (err error) { *field(s), err = parseBool(v); return err },
		show: func(s *Settings) []string { return []string{strconv.FormatBool(*field(s))} },
	}
}

// amount is money, or the price of a million tokens.
func amount(name string, field func(*Settings) *float64) key {
	return key{
		name: name,
		set: func(s *Settings, v, _ string) error {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil || !(f >= 0 && f < 1e9) {
				return fmt.Errorf("%q is no amount; write 0.40 or 5", v)
			}
			*field(s) = f
			return nil
		},
		show: func(s *Settings) []string { return []string{strconv.FormatFloat(*field(s), 'f', -1, 64)} },
	}
}

func networks(name string, field func(*Settings) *[]Network) key {
	return key{
		name: name, list: true,
		set: func(s *Settings, v, from string) error {
			p, err := parseNetwork(v)
			if err != nil {
				return err
			}
			*field(s) = append(*field(s), Network{p, from})
			return nil
		},
		show: func(s *Settings) (out []string) {
			for _, n := range *field(s) {
				out = append(out, n.Prefix.String())
			}
			return out
		},
	}
}

// parseNetwork reads an address or a prefix. Host bits are an error in a
// prefix: 203.0.113.9/16 is more often a slip than a wish.
func parseNetwork(v string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(v)
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is no address or prefix; write 203.0.113.9, 203.0.113.0/24 or 2001:db8::/48", v)
	case p != p.Masked():
		return p, fmt.Errorf("%s has bits set behind its length; did you mean %s?", v, p.Masked())
	}
	return p, nil
}

// asLogged takes out of an address, or of a name with an @, what mail and Markdown break
// them with so that nobody taps on them: 203.0.113[.]7, 2001:db8[::]9, anna@example[.]org.
func asLogged(text string) string {
	whole := unbroken.Replace(text)
	if _, err := parseNetwork(whole); err != nil && !strings.Contains(whole, "@") {
		return text
	}
	return whole
}

var unbroken = strings.NewReplacer("[.]", ".", "[:]", ":", "[::]", "::")

// mistyped reports whether a text can only be meant as an address, a network or a range
// of them, though it is none. Names may have a slash, or be a number: that of a device,
// 00:1a:2b:3c:4d:5e, or of a person, 123.456.789-00.
func mistyped(text string) bool {
	if _, err := net.ParseMAC(text); err == nil {
		return false
	}
	if first, _, ranges := strings.Cut(text, "-"); ranges && strings.Count(first, ".") < 3 && strings.Count(first, ":") < 2 {
		return false
	}
	head, _, _ := strings.Cut(text, "/")
	head, _, _ = strings.Cut(head, "%")
	return strings.Contains(head, ".") && strings.Trim(head, "0123456789.*-:") == "" ||
		strings.Count(head, ":") > 1 && strings.Trim(head, "0123456789abcdefABCDEF:.*-") == ""
}

func parseZone(v string) (*time.Location, error) {
	loc, err := time.LoadLocation(v)
	if err != nil || v == "" {
		return nil, fmt.Errorf("%q is no time zone; write UTC, Local or Europe/Berlin", v)
	}
	return loc, nil
}

func parseBool(v string) (bool, error) {
	switch v {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", v)
}
