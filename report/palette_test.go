package report

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strings"
	"testing"
)

// luminance is the relative luminance of WCAG 2.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= .04045 {
			return f / 12.92
		}
		return math.Pow((f+.055)/1.055, 2.4)
	}
	return .2126*linear(c.R) + .7152*linear(c.G) + .0722*linear(c.B)
}

// contrast is the contrast ratio of WCAG 2, 1 to 21.
func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func parseColour(t *testing.T, s string) color.NRGBA {
	t.Helper()
	if len(s) == 4 {
		s = fmt.Sprintf("#%c%c%c%c%c%c", s[1], s[1], s[2], s[2], s[3], s[3])
	}
	c := color.NRGBA{A: 0xff}
	if _, err := fmt.Sscanf(s, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		t.Fatalf("%q is no colour: %v", s, err)
	}
	return c
}

// Black on white is 21:1 and a colour on itself 1:1 by definition; #767676 on
// white is the well-known grey that just passes.
func TestContrast(t *testing.T) {
	tests := []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#38598c", "#38598c", 1}, {"#767676", "#ffffff", 4.54}}
	for _, tt := range tests {
		if got := contrast(parseColour(t, tt.a), parseColour(t, tt.b)); math.Abs(got-tt.want) > .01 {
			t.Errorf("%s on %s: %.2f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

// Text can be read on every ground that it stands on, light and dark, in the mail
// and on the page: WCAG 2 AA, 4.5:1.
func TestTextCanBeRead(t *testing.T) {
	palettes := map[string]map[string]string{"mail, light": {}, "mail, dark": {}}
	for role, s := range shades {
		palettes["mail, light"][role], palettes["mail, dark"][role] = s.light, s.dark
	}
	variable := regexp.MustCompile(`--(\w+):(#[0-9a-f]+)`)
	for i, block := range regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(pageCSS, -1) {
		name := []string{"page, light", "page, dark", "page, print"}[i]
		palettes[name] = map[string]string{}
		for _, m := range variable.FindAllStringSubmatch(block, -1) {
			palettes[name][m[1]] = m[2]
		}
	}
	if len(palettes) != 5 {
		t.Fatalf("%d palettes, want 5", len(palettes))
	}
	for name, p := range palettes {
		for _, text := range []string{"ink", "dim", "critical", "high", "done"} {
			for _, ground := range []string{"ground", "soft", "panel"} {
				if got := contrast(parseColour(t, p[text]), parseColour(t, p[ground])); got < 4.5 {
					t.Errorf("%s: %s on %s has %.2f:1", name, text, ground, got)
				}
			}
		}
	}
}

// One picture serves light and dark: what it draws is seen on both grounds, 3:1.
func TestPicturesCanBeSeen(t *testing.T) {
	for name, ink := range map[string]color.NRGBA{"data": inkData, "hot": inkHot, "grey": inkGrey} {
		for _, ground := range []string{shades["ground"].light, shades["ground"].dark} {
			if got := contrast(ink, parseColour(t, ground)); got < 3 {
				t.Errorf("%s on %s has %.2f:1", name, ground, got)
			}
		}
	}
}

// The page and the mail name the same colours.
func TestPageAndMailAgree(t *testing.T) {
	for role, s := range shades {
		short := strings.Replace(s.light, "#ffffff", "#fff", 1)
		if !strings.Contains(pageCSS, "--"+role+":"+short) || !strings.Contains(pageCSS, "--"+role+":"+s.dark) {
			t.Errorf("page.css has another %s", role)
		}
	}
}
