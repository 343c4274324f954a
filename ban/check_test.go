package ban

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// What a person may type, and what it means.
func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.7":         "203.0.113.7/32",
		" 203.0.113.0/24 ":    "203.0.113.0/24",
		"2001:DB8::7":         "2001:db8::7/128",
		"2001:db8:1::/48":     "2001:db8:1::/48",
		"::ffff:203.0.113.7":  "203.0.113.7/32",
		"203.0.113.7/24":      "", // one, or 256?
		"2001:db8::1/64":      "",
		"0.0.0.0/0":           "",
		"::/0":                "",
		"::ffff:0.0.0.0/96":   "", // all of IPv4 in another spelling
		"0.0.0.0":             "",
		"fe80::1%eth0":        "",
		"example.org":         "", // ipset would look it up
		"203.0.113.007":       "",
		"203.0.113":           "",
		"203.0.113.7-9":       "",
		"203.0.113.7;reboot":  "",
		"203.0.113.7/33":      "",
		"203.0.113.7 timeout": "",
		"":                    "",
	} {
		got, err := ParseTarget(text)
		if want == "" {
			if !errors.Is(err, ErrTarget) {
				t.Errorf("%q is %v, %v; want an error", text, got, err)
			}
		} else if err != nil || got.String() != want {
			t.Errorf("%q is %v, %v; want %s", text, got, err, want)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"203.0.113.7", "2001:db8::/48", "::ffff:198.51.100.0/120", "0.0.0.0/0", "a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseTarget(s)
		if err != nil {
			return
		}
		b := Ban{Prefix: p, Jail: "manual", Action: Drop, By: "anna", From: now}
		if err := b.Check(); err != nil {
			t.Errorf("%q: parsed as %s, but %v", s, p, err)
		}
		if again, err := ParseTarget(p.String()); err != nil || again != p {
			t.Errorf("%q: %s reads as %v, %v", s, p, again, err)
		}
	})
}

func TestPortsCover(t *testing.T) {
	for _, tt := range []struct {
		all, part Ports
		want      bool
	}{
		{nil, nil, true}, {nil, Ports{22}, true}, {Ports{22}, nil, false},
		{Ports{22, 80}, Ports{80}, true}, {Ports{22, 80}, Ports{80, 443}, false},
	} {
		if got := tt.all.covers(tt.part); got != tt.want {
			t.Errorf("%s covers %s: %v", tt.all, tt.part, got)
		}
	}
}

func TestOutlasts(t *testing.T) {
	end, never := now, time.Time{}
	for _, tt := range []struct {
		ends, until time.Time
		want        bool
	}{{never, never, true}, {never, end, true}, {end, never, false}, {end, end, true}, {end, end.Add(1), false}} {
		if got := (&Ban{Prefix: netip.MustParsePrefix("203.0.113.7/32"), Until: tt.ends}).Outlasts(tt.until); got != tt.want {
			t.Errorf("a ban until %v outlasts %v: %v", tt.ends, tt.until, got)
		}
	}
}
