package report

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// count writes n with a comma between thousands: 2,847.
func count[T ~int | ~int64 | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// counted is count with its noun: "1 address", "24 addresses".
func counted[T ~int | ~int64 | ~uint64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// sure says a confidence in words: "99.8 % sure". It is never rounded up to
// certainty.
func sure(confidence float64) string {
	p := math.Min(math.Round(confidence*1000)/10, 99.9)
	return strconv.FormatFloat(p, 'f', -1, 64) + " % sure"
}

// share writes part of whole in percent, to one decimal; only all of it is 100 %.
func share(part, whole uint64) string {
	switch {
	case whole == 0:
		return "-"
	case part == whole:
		return "100 %"
	}
	return strconv.FormatFloat(math.Floor(float64(part)*1000/float64(whole))/10, 'f', -1, 64) + " %"
}

// weight writes log-odds with their sign, a true minus: "+8.0", "−6.0".
func weight(logOdds float64) string {
	return strings.Replace(fmt.Sprintf("%+.1f", logOdds), "-", "−", 1)
}

// address writes a source the way a person types it: a single address bare,
// anything wider as a prefix.
func address(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// addresses writes every prefix.
func addresses(ps []netip.Prefix) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = address(p)
	}
	return out
}

// fewest lists at most limit items, the rest as a number: "a, b and 16 more".
func fewest(items []string, limit int) string {
	if len(items) <= limit {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(items[:limit], ", "), count(len(items)-limit))
}
