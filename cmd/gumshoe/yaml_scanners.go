package main

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"gumshoe/analyze"
)

// ScannerSetting is a vulnerability scanner of the owner's, and when it works.
type ScannerSetting struct {
	Prefix      netip.Prefix
	From, Until string // as they are written; "": no limit
	Place       string // where it is configured
}

// scanner reads one entry of scanners. Moments are read later, when the time zone
// is known; here they are only checked.
func (r *yamlReader) scanner(n ast.Node) error {
	at := n.GetToken()
	s := ScannerSetting{Place: r.place(at)}
	err := r.each(n, func(name string, at *token.Token, node ast.Node) error {
		v, err := r.scalar(node)
		if err != nil {
			return err
		}
		switch name {
		case "address":
			s.Prefix, err = parseNetwork(v)
		case "from":
			s.From = v
			_, err = parseMoment(v, time.UTC)
		case "until":
			s.Until = v
			_, err = parseMoment(v, time.UTC)
		default:
			return r.errorf(at, "unknown key %q; known here: address, from, until", name)
		}
		if err != nil {
			return r.errorf(node.GetToken(), "%w", err)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !s.Prefix.IsValid():
		return r.errorf(at, "a scanner needs an address")
	}
	r.s.Scanners = append(r.s.Scanners, s)
	return nil
}

// scanners returns the owner's scanners with their hours.
func (s *Settings) scanners() (out []analyze.Scanner) {
	moment := func(text string) (t time.Time) {
		if text != "" {
			t, _ = parseMoment(text, s.Location) // checked when it was read
		}
		return t
	}
	for _, x := range s.Scanners {
		out = append(out, analyze.Scanner{Prefix: x.Prefix, From: moment(x.From), Until: moment(x.Until)})
	}
	return out
}

func (s *Settings) putScanners(put func(line, from string)) {
	if len(s.Scanners) > 0 {
		put("scanners:", "")
	}
	for _, x := range s.Scanners {
		put("  - address: "+quote(x.Prefix.String()), x.Place)
		for _, limit := range [][2]string{{"from", x.From}, {"until", x.Until}} {
			if limit[1] != "" {
				put(fmt.Sprintf("    %s: %s", limit[0], quote(limit[1])), "")
			}
		}
	}
}
