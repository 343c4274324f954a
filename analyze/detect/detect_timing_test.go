package detect

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"gumshoe/analyze"
)

// crowd is 200,000 sources of one to three hours each and 50,000 accounts:
// visitors, people who log in and mistype, guessers, and scanners. Three
// accounts and three paths are asked for by everybody, in every hour of two
// weeks, as root and /wp-login.php are.
func crowd(units int) *analyze.Input {
	r := rand.New(rand.NewPCG(7, 8))
	var l tape
	words := []string{"/wp-login.php", "/.env", "/phpmyadmin/"}
	famous := []string{"root", "admin", "test"}
	for i := range units {
		src := fmt.Sprintf("%d.%d.%d.%d", 20+i>>18, i>>10&255, i>>2&255, 1+i&3*60)
		for range 1 + r.IntN(3) {
			at := time.Duration(r.IntN(14*24)) * hour
			user := fmt.Sprintf("user%d@example.org", r.IntN(units/4))
			switch i % 4 {
			case 0:
				l.get(at, src, "/about", 200)
				l.get(at+time.Second, src, "/style.css", 200)
				l.get(at+time.Minute, src, fmt.Sprintf("/lost/%c%c", 'a'+r.IntN(26), 'a'+r.IntN(26)), 404)
			case 1:
				l.fail(at, imap, src, user)
				l.ok(at+time.Minute, imap, src, user)
			case 2:
				l.fail(at, ssh, src, famous[r.IntN(3)])
				l.fail(at+time.Minute, imap, src, user)
			case 3:
				l.get(at, src, words[r.IntN(3)], 404)
				l.get(at+time.Second, src, "/item?id=1+union+select+1,2", 500)
			}
		}
	}
	// One busy office: sixteen logins an hour for two weeks, and a telephone with an old password.
	for h := range 14 * 24 {
		for k := range 16 {
			l.ok(time.Duration(h)*hour+time.Duration(k)*minute, imap, "192.0.2.77", fmt.Sprintf("user%d@example.org", k))
			l.fail(time.Duration(h)*hour+time.Duration(k)*minute+time.Second, imap, "192.0.2.77", "gone@example.org")
		}
	}
	return l.input()
}

// sizes are two crowds of which the second is larger; with -short, which only asks
// whether the benchmarks run, a small one.
func sizes(crowds ...int) []int {
	if testing.Short() {
		return []int{1_000}
	}
	return crowds
}

// BenchmarkDetectors must grow with the number of sources, not with its square:
// compare the time per source of the two sizes.
func BenchmarkDetectors(b *testing.B) {
	for _, units := range sizes(20_000, 200_000) {
		in := crowd(units)
		for _, d := range All() {
			b.Run(fmt.Sprintf("%s/%d", d.Name(), units), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					runtime.KeepAlive(d.Detect(in))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(units), "ns/source")
			})
		}
		b.Run(fmt.Sprintf("Run/%d", units), func(b *testing.B) {
			for range b.N {
				runtime.KeepAlive(analyze.Run(in, All(), silentJudge{}))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(units), "ns/source")
		})
	}
}

// guessedNames is a botnet of 1,000 addresses that tries each of many names once.
func guessedNames(accounts int) *analyze.Input {
	var l tape
	for i := range accounts {
		l.miss(time.Duration(i)*6*hour/time.Duration(accounts), ssh, fmt.Sprintf("198.18.%d.%d", i%1000/250, i%250), fmt.Sprintf("u%d", i))
	}
	return l.input()
}

// BenchmarkManyAccounts must grow with the number of accounts: compare the time
// per account of the two sizes.
func BenchmarkManyAccounts(b *testing.B) {
	for _, accounts := range sizes(50_000, 200_000) {
		in := guessedNames(accounts)
		for _, d := range []analyze.Detector{Guess{}, Network{}, Account{}, BreakIn{}} {
			b.Run(fmt.Sprintf("%s/%d", d.Name(), accounts), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					runtime.KeepAlive(d.Detect(in))
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(accounts), "ns/account")
			})
		}
	}
}

// oddBrowser is an agent that nobody loads pictures with, met in many hours, and lately
// by many sources.
func oddBrowser(hours int) *analyze.Input {
	const name = "Mozilla/5.0 (X11; Linux x86_64; rv:77.7) Gecko/20100101 Firefox/77.7"
	var l tape
	now := time.Duration(hours) * hour
	for i := range 10 {
		l.visit(now-2*hour, fmt.Sprintf("198.18.200.%d", i))
	}
	for i := range hours {
		l.ask(time.Duration(i)*hour, "198.18.201.1", "", name, "/", 200)
	}
	for i := range 20_000 {
		l.ask(now-hour, fmt.Sprintf("198.18.%d.%d", i/250, i%250), "", name, "/", 200)
	}
	return l.input()
}

// BenchmarkOddBrowser must hardly grow with the number of hours: not by sources times hours.
func BenchmarkOddBrowser(b *testing.B) {
	for _, hours := range sizes(100, 8_000) {
		in := oddBrowser(hours)
		b.Run(fmt.Sprint(hours), func(b *testing.B) {
			for b.Loop() {
				runtime.KeepAlive(Scraper{}.Detect(in))
			}
		})
	}
}
