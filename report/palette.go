package report

import "image/color"

// shade is a colour by the role that it plays.
type shade struct{ light, dark string }

// The roles of the mail. Every one that is read keeps 4.5:1 on each ground that it
// stands on (WCAG 2 AA); a test computes it. The page's style sheet has the same.
var shades = map[string]shade{
	"ground":   {"#ffffff", "#14171b"},
	"soft":     {"#f5f6f8", "#1d2228"}, // behind log lines
	"panel":    {"#fdf4f2", "#241a1b"}, // behind the question of a break-in
	"ink":      {"#1b1f24", "#e7eaee"},
	"dim":      {"#59626d", "#a3abb6"},
	"critical": {"#b3261e", "#ff8b7d"},
	"high":     {"#8a4b00", "#eab464"},
	"done":     {"#1d6a42", "#7fcea3"},
	"line":     {"#e2e6ea", "#2b3138"},
}

// Pictures in a mail lie on a transparent ground, and one file serves light and
// dark: these inks keep 3:1 on both.
var (
	inkData = color.NRGBA{0x5b, 0x7d, 0xb1, 0xff}
	inkHot  = color.NRGBA{0xd9, 0x48, 0x3b, 0xff}
	inkGrey = color.NRGBA{0x85, 0x8d, 0x97, 0xff}
	inkBand = color.NRGBA{0x5b, 0x7d, 0xb1, 0x47} // data at 28 %, only ever behind data
)
