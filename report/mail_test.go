package report

import (
	"bytes"
	"fmt"
	"html"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"gumshoe/analyze"
)

func mail(t *testing.T, r Report) Message {
	t.Helper()
	m, err := Mail(r)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mails are the fixtures as mails, by name.
var mails = sync.OnceValue(func() map[string]Message {
	out := map[string]Message{}
	for _, f := range reports {
		m, err := Mail(f.report())
		if err != nil {
			panic(err)
		}
		out[f.name] = m
	}
	return out
})

// crowded is a night of hundreds of cases, every string of them long.
func crowded() Report {
	r := hostileNight()
	cases := r.Cases
	for i := range 80 {
		c := cases[i%len(cases)]
		c.ID = fmt.Sprint("c", i)
		r.Cases = append(r.Cases, c)
	}
	for i := range 300 {
		r.Notes = append(r.Notes, fmt.Sprint(i, hostile))
		r.Sources = append(r.Sources, r.Sources[0])
	}
	return r
}

// No mail program clips the mail, whatever was found and whoever wrote the log.
func TestMailIsSmall(t *testing.T) {
	nights := maps.Clone(mails())
	nights["crowded"] = mail(t, crowded())
	for name, m := range nights {
		if len(m.HTML) > 100_000 {
			t.Errorf("%s: %d bytes of HTML", name, len(m.HTML))
		}
		if len(m.Text) > 60_000 {
			t.Errorf("%s: %d bytes of text", name, len(m.Text))
		}
		pictures := 0
		for _, i := range m.Images {
			pictures += len(i.PNG)
		}
		if pictures > 100_000 {
			t.Errorf("%s: %d bytes of pictures", name, pictures)
		}
	}
}

var (
	imageTag = regexp.MustCompile(`<img [^>]*>`)
	anyTag   = regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]*>`)
)

// Every picture is in the mail, is shown once and is told in words; nothing else
// is loaded and nothing runs.
func TestMailCarriesAllItShows(t *testing.T) {
	for name, m := range mails() {
		var shown []string
		for _, tag := range imageTag.FindAllString(m.HTML, -1) {
			src := regexp.MustCompile(` src="cid:([^"]+)"`).FindStringSubmatch(tag)
			alt := regexp.MustCompile(` alt="([^"]+)"`).FindStringSubmatch(tag)
			if src == nil || alt == nil {
				t.Fatalf("%s: %s", name, tag)
			}
			shown = append(shown, src[1])
		}
		var carried []string
		for _, i := range m.Images {
			carried = append(carried, i.Name)
			img, err := png.Decode(bytes.NewReader(i.PNG))
			if err != nil {
				t.Fatalf("%s: %s: %v", name, i.Name, err)
			}
			if img.Bounds().Dx() != plotWidth*density {
				t.Errorf("%s: %s is %v", name, i.Name, img.Bounds())
			}
		}
		if !slices.Equal(shown, carried) {
			t.Errorf("%s: shown %v, carried %v", name, shown, carried)
		}
		for _, no := range []string{"<script", "<iframe", "<link", "<a ", "href=", "http:", "https:", "javascript:", "url(", "@import", "ZgotmplZ", "<no value>"} {
			if strings.Contains(strings.ToLower(m.HTML), no) {
				t.Errorf("%s: HTML has %q", name, no)
			}
		}
	}
}

// In neither part does anything become a link, turn the text over or break out
// of its line.
func TestHostileMail(t *testing.T) {
	for name, m := range mails() {
		for part, text := range map[string]string{"text": m.Text, "HTML": html.UnescapeString(anyTag.ReplaceAllString(m.HTML, " "))} {
			if found := linkable.FindString(text); found != "" {
				t.Errorf("%s: the %s links %q", name, part, found)
			}
			if r, bad := unsafe(text, "\n\u00a0"); bad || !utf8.ValidString(text) {
				t.Errorf("%s: the %s holds %U", name, part, r)
			}
		}
	}
}

// The text part is prose of at most 72 letters a line; commands and log lines
// stand whole.
func TestPlainPartIsNarrow(t *testing.T) {
	m := mail(t, armedNight())
	for line := range strings.Lines(m.Text) {
		line = strings.TrimSuffix(line, "\n")
		whole := strings.HasPrefix(line, "gumshoe ") || regexp.MustCompile(`^\d\d:\d\d:\d\d `).MatchString(line)
		if cells(line) > plainWidth && !whole {
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(m.Text, "\ngumshoe bans undo --run 612\n") {
		t.Error("the command that undoes the run does not stand alone on its line")
	}
}

// The first lines answer whether something must be done.
func TestMailOpensWithWhatMustBeDone(t *testing.T) {
	tests := []struct {
		what   string
		report Report
		want   string
	}{
		{"a break-in", armedNight(), "WAS IT YOU?"},
		{"a log that cannot be read", degradedRun(), "NEEDS YOU"},
		{"nothing", quietNight(), calm},
		{"a quiet week", quietWeek(), "A quiet week. Nothing needs you."},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			m := mail(t, tt.report)
			head := strings.Join(strings.SplitN(m.Text, "\n", 12)[:10], "\n")
			if !strings.Contains(head, tt.want) {
				t.Errorf("the first ten lines do not say %q:\n%s", tt.want, head)
			}
		})
	}
}

// An unusual hour is drawn on its band where the season is known, among the hours
// before where it is not, and not at all where nothing is.
func TestUnusualHourIsDrawn(t *testing.T) {
	r := armedNight()
	c := rushCase()
	band := r.portrait(&gallery{}, c)
	r.Season = nil
	hours := r.portrait(&gallery{}, c)
	r.Hours = nil
	if none := r.portrait(&gallery{}, c); none != nil {
		t.Errorf("drawn from nothing: %+v", none)
	}
	if band == nil || !strings.Contains(band.Alt, "this one has 2,847 where 33 to 159 are usual") {
		t.Errorf("band %+v", band)
	}
	if hours == nil || !strings.Contains(hours.Alt, "The busiest has 2,847") {
		t.Errorf("hours %+v", hours)
	}
}

// The hour in question is red, and nothing else in the picture is.
func TestBandHasOneRedHour(t *testing.T) {
	c := rushCase()
	hours := weekOf("http", midnight.AddDate(0, 0, -7), 2847).Hours
	d := drawBand(hours, c)
	w := d.Rect.Dx()
	red := func(from, to int) (n int) {
		for y := range d.Rect.Dy() {
			for x := from; x < to; x++ {
				if d.ColorIndexAt(x, y) == hotInk {
					n++
				}
			}
		}
		return n
	}
	last := (len(hours) - 1) * w / len(hours)
	if red(0, last) != 0 || red(last, w) == 0 {
		t.Errorf("%d red pixels before the hour, %d in it", red(0, last), red(last, w))
	}
}

// What an axis says stands where it belongs: the cells fill the row.
func TestAxisCells(t *testing.T) {
	for _, f := range reports {
		r := f.report()
		sum := 0
		for _, c := range newAxis(r.From, r.To, r.location()).cells(4) {
			sum += c.Percent
		}
		if sum != 100 {
			t.Errorf("%s: the cells fill %d %%", f.name, sum)
		}
	}
}

// A mail on a crowded night says how many cases it leaves out.
func TestMailCountsWhatItLeavesOut(t *testing.T) {
	r := fiftyCases()
	for i := range r.Cases {
		r.Cases[i].Headline = "Story " + strings.Repeat("i", i)
	}
	v := r.letter(nil, details[0])
	told := 0
	for _, s := range v.Sections {
		told += len(s.Cases)
		for _, b := range s.Brief {
			told += len(b.Cases)
		}
	}
	want := fmt.Sprintf("and %d more, none worse: `gumshoe report show`", len(r.Cases)-told)
	if got := v.Sections[0].More; got != want || told >= len(r.Cases) {
		t.Errorf("%d of %d told: %q, want %q", told, len(r.Cases), got, want)
	}
	worst := slices.MaxFunc(r.Cases, func(a, b analyze.Case) int { return int(a.Level) - int(b.Level) })
	if v.Sections[0].Cases[0].Level != worst.Level {
		t.Error("the worst case is not told first")
	}
}

// Cases of a low level that would be told at length take no line from a worse one.
func TestMailLeavesOutNoneWorse(t *testing.T) {
	r := quietNight()
	for _, of := range []struct {
		level analyze.Level
		n     int
	}{{analyze.High, fullCases + 2}, {analyze.Low, fullLow}} {
		for i := range of.n {
			c := injectionCase()
			c.ID, c.Level, c.Impact = fmt.Sprintf("%s%d", of.level, i), of.level, analyze.Nuisance
			c.Do, c.Families, c.Headline = nil, nil, strings.Repeat("so", i+1)
			r.Cases = append(r.Cases, c)
		}
	}
	for _, d := range details {
		high, low := 0, 0
		for _, s := range r.letterSections(nil, d) {
			for _, c := range s.Cases {
				if c.Level == analyze.High {
					high++
				}
			}
			for _, l := range s.Brief {
				if l.Level == analyze.High {
					high++
				} else {
					low++
				}
			}
		}
		if low > 0 && high < fullCases+2 {
			t.Errorf("%d cases at length, %d lines: %d of level low, %d of level high", d.cases, d.lines, low, high)
		}
	}
}
