package detect

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// number writes n with thousands separated.
func number[T ~int | ~uint32 | ~uint64 | ~int64](n T) string {
	s := strconv.FormatUint(uint64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes "1 request", "2 requests".
func count[T ~int | ~uint32 | ~uint64 | ~int64](n T, one string) string {
	ending := "s"
	switch {
	case n == 1:
		ending = ""
	case strings.HasSuffix(one, "ss"), strings.HasSuffix(one, "x"):
		ending = "es"
	case strings.HasSuffix(one, "ry"):
		one, ending = strings.TrimSuffix(one, "y"), "ies"
	}
	return number(n) + " " + one + ending
}

// span writes a duration as a person says it.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "a second"
	case d < 2*time.Minute:
		return strconv.FormatInt(int64(d/time.Second), 10) + " seconds"
	case d < 2*time.Hour:
		return strconv.FormatInt(int64(d.Round(time.Minute)/time.Minute), 10) + " minutes"
	case d < 48*time.Hour:
		if m := d.Round(time.Minute) % time.Hour / time.Minute; m != 0 && d < 12*time.Hour {
			return fmt.Sprintf("%d h %d min", d.Round(time.Minute)/time.Hour, m)
		}
		return strconv.FormatInt(int64(d.Round(time.Hour)/time.Hour), 10) + " hours"
	}
	return fmt.Sprintf("%d days", d.Round(24*time.Hour)/(24*time.Hour))
}

// minutesBetween writes the range of a set of pauses.
func minutesBetween(lo, hi time.Duration) string {
	switch {
	case hi < 2*time.Minute:
		return fmt.Sprintf("%.0f to %.0f seconds", lo.Seconds(), hi.Seconds())
	case hi < 2*time.Hour:
		return fmt.Sprintf("%.1f to %.1f minutes", lo.Minutes(), hi.Minutes())
	}
	return fmt.Sprintf("%.1f to %.1f hours", lo.Hours(), hi.Hours())
}

// some lists up to n items and says how many more there are.
func some(items []string, n int) string {
	if len(items) <= n+1 {
		return and(items)
	}
	return strings.Join(items[:n], ", ") + " and " + strconv.Itoa(len(items)-n) + " more"
}

func and(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// bare writes a source as it is written in logs: an address for a /32.
func bare(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func chance(p float64) string {
	switch {
	case p < 1e-9:
		return "less than one in a billion"
	case p < 1e-6:
		return "less than one in a million"
	}
	return fmt.Sprintf("about one in %s", number(int(math.Round(1/p))))
}

// upper makes a sentence of a phrase.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
