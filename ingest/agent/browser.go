package agent

import "time"

// families are the products by which browsers are told, the most telling first:
// nearly all also call themselves Chrome and Safari.
var families = []struct{ word, name string }{
	{"edg", "Edge"}, {"edge", "Edge"}, {"edga", "Edge"}, {"edgios", "Edge"}, {"opr", "Opera"}, {"opera", "Opera"}, {"opt", "Opera Touch"}, {"vivaldi", "Vivaldi"}, {"yabrowser", "Yandex Browser"},
	{"samsungbrowser", "Samsung Internet"}, {"ucbrowser", "UC Browser"}, {"miuibrowser", "MIUI Browser"}, {"fban", "Facebook"}, {"fbav", "Facebook"}, {"instagram", "Instagram"}, {"micromessenger", "WeChat"}, {"line", "Line"},
	{"fxios", "Firefox"}, {"firefox", "Firefox"}, {"crios", "Chrome"}, {"chromium", "Chromium"}, {"chrome", "Chrome"}, {"msie", "Internet Explorer"}, {"trident", "Internet Explorer"}, {"konqueror", "Konqueror"}, {"safari", "Safari"},
}

func browser(t text) string {
	for _, f := range families {
		for _, w := range t.words {
			if w.name == f.word {
				return f.name
			}
		}
	}
	return "browser"
}

// plausible is how long after its release a browser is still met in numbers.
// Chosen by us: telephones and television sets are not updated for about as long.
const plausible = 5 * 365 * 24 * time.Hour

// release is when a version came out; versions between two entries came out
// evenly between them. Dates of the vendors' release calendars.
type release struct {
	version int
	date    time.Time
}

// The last entry of each is the newest version when the table was made; later
// versions are extrapolated at the pace of the last two entries.
var (
	chromeReleases = []release{
		{1, day(2008, 12, 11)}, {12, day(2011, 6, 7)}, {24, day(2013, 1, 10)}, {39, day(2014, 11, 18)}, {55, day(2016, 12, 1)}, {71, day(2018, 12, 4)},
		{87, day(2020, 11, 17)}, {96, day(2021, 11, 15)}, {108, day(2022, 11, 29)}, {120, day(2023, 12, 5)}, {131, day(2024, 11, 12)}, {143, day(2025, 12, 2)},
	}
	firefoxReleases = []release{
		{1, day(2004, 11, 9)}, {3, day(2008, 6, 17)}, {4, day(2011, 3, 22)}, {17, day(2012, 11, 20)}, {34, day(2014, 12, 1)}, {50, day(2016, 11, 15)}, {64, day(2018, 12, 11)},
		{84, day(2020, 12, 15)}, {95, day(2021, 12, 7)}, {108, day(2022, 12, 13)}, {121, day(2023, 12, 19)}, {133, day(2024, 11, 26)}, {146, day(2025, 12, 9)},
	}
	// The ends of support of Internet Explorer's versions, by when they were gone.
	explorerEnds = map[int]time.Time{
		1: day(2000, 1, 1), 2: day(2000, 1, 1), 3: day(2001, 1, 1), 4: day(2005, 1, 1), 5: day(2009, 1, 1), 6: day(2014, 4, 8), 7: day(2017, 4, 11), 8: day(2018, 1, 1), 9: day(2019, 1, 1), 10: day(2020, 1, 31),
	}
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// lifetime returns between which times, in milliseconds since 1970, an agent is
// plausible as a browser; 0 is no bound.
func lifetime(t text) (since, until int64) {
	switch {
	case t.version("chrome") != 0:
		return span(chromeReleases, t.version("chrome"))
	case t.version("firefox") != 0 && t.version("gecko") != 0:
		return span(firefoxReleases, t.version("firefox"))
	}
	for i, w := range t.words {
		if w.name == "msie" && i+1 < len(t.words) {
			if end, ok := explorerEnds[major(t.words[i+1].name)]; ok {
				return 0, end.UnixMilli()
			}
		}
	}
	return 0, 0
}

// early is how long before its release a version is met in test channels.
const early = 120 * 24 * time.Hour

func span(table []release, version int) (since, until int64) {
	lo := table[0]
	if version < lo.version {
		return 0, lo.date.Add(plausible).UnixMilli()
	}
	i := 1
	for i < len(table)-1 && table[i].version < version {
		i++
	}
	lo, hi := table[i-1], table[i]
	date := lo.date.Add(hi.date.Sub(lo.date) / time.Duration(hi.version-lo.version) * time.Duration(version-lo.version))
	return date.Add(-early).UnixMilli(), date.Add(plausible).UnixMilli()
}

// impossible reports agents that no browser ever sent.
func impossible(t text) bool {
	chrome := t.version("chrome")
	switch {
	case t.mozilla && len(t.words) == 1: // "Mozilla/5.0" and nothing else
		return true
	case t.mozilla && !t.engine && len(t.words) > 1:
		return true // a platform and no engine
	case t.has("iphone") && chrome != 0 && !t.has("windows phone"): // there it is called CriOS
		return true
	case (t.has("windows nt 5.") || t.has("windows nt 6.0")) && chrome > 50: // Chrome 49 was the last for XP and Vista
		return true
	case (t.has("windows nt 6.1") || t.has("windows nt 6.2") || t.has("windows nt 6.3")) && chrome > 110: // 109 for 7 and 8
		return true
	case t.has("windows nt 4.0") && chrome != 0, t.has("windows 98") && (chrome != 0 || t.version("firefox") > 2), t.has("windows 95") && chrome != 0:
		return true
	}
	return false
}
