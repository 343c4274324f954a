package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

const (
	sieve = "/api/items?where=%7B%22price%22:%7B%22$gt%22:5%7D%7D"
	code  = "/playground?code=%3Cscript%3Ealert(1)%3C/script%3E"
	query = "/playground?code=SELECT%20name%20FROM%20roasts%20UNION%20SELECT%20login%20FROM%20users--"
)

// speakers are people of as many networks who read pages, and what their browsers send.
func (l *tape) speakers(n int, targets ...string) {
	for i := range n {
		src, at := fmt.Sprintf("198.19.%d.7", 1+i), hour+time.Duration(i)*20*minute
		l.visit(at, src)
		for k, target := range targets {
			l.get(at+time.Duration(6+k)*minute, src, target, 200)
		}
	}
}

// The filters of a list, a playground for code: what the browsers of visitors send there.
func TestLanguageOfAPage(t *testing.T) {
	t.Run("visitors", func(t *testing.T) {
		var l tape
		l.visitors(20)
		l.speakers(30, sieve, code, query)
		l.quiet(t)
	})
	t.Run("who come for one page", func(t *testing.T) {
		var l tape
		l.visitors(20)
		for i := range 2 * manySpeakers {
			src, at := fmt.Sprintf("198.19.%d.7", 1+i), hour+time.Duration(i)*20*minute
			l.get(at, src, "/style.css", 200)
			l.get(at+minute, src, code, 200)
			l.get(at+2*minute, src, query, 200)
		}
		l.quiet(t)
	})
	t.Run("somebody who read one page", func(t *testing.T) {
		var l tape
		l.visitors(20)
		l.speakers(30, code, query)
		l.get(9*hour, attacker, "/", 200)
		l.get(9*hour, attacker, "/style.css", 200)
		l.get(9*hour+minute, attacker, code, 200)
		l.get(9*hour+2*minute, attacker, query, 200)
		l.quiet(t)
	})
}

// Neighbours visit each for themselves, as they are counted where a page is answered well:
// what they speak does not depend on how many sources send something elsewhere.
func TestNeighboursSpeak(t *testing.T) {
	for _, elsewhere := range []int{0, 4_000} {
		t.Run(fmt.Sprint(elsewhere), func(t *testing.T) {
			var l tape
			l.visitors(20)
			for i := range 300 {
				l.get(hour+time.Duration(i)*minute/10, fmt.Sprintf("198.18.%d.%d", i/200, 1+i%200), "/playground?code=hello", 200)
			}
			for i := range 24 {
				src := fmt.Sprintf("203.0.%d.%d", 1+i/4, 1+i%4)
				l.visit(hour, src)
				l.get(hour+10*minute, src, code, 200)
			}
			for i := range elsewhere {
				l.get(3*hour, fmt.Sprintf("198.19.%d.%d", i/250, 1+i%250), "/item?id=7'", 404)
			}
			l.visit(8*hour, attacker)
			l.get(9*hour, attacker, code, 200)
			l.get(9*hour+minute, attacker, query, 200)
			l.get(9*hour+2*minute, attacker, "/playground?code=%3Csvg/onload=alert(1)%3E", 200)
			l.untold(t, "injection")
		})
	}
}

// The language of one page is none of another, nor of who reads no pages, nor of who tries
// a dozen things, nor does it hide what comes of them.
func TestLanguageExcusesNoAttack(t *testing.T) {
	others := func(l *tape) {
		l.visitors(20)
		l.speakers(30, code, query)
		l.readers(60, "/item?id=7", 6_000, 0)
		l.readers(120, "/playground?code=hello", 6_000, 0)
	}
	reads := func(l *tape) {
		others(l)
		l.visit(8*hour, attacker)
	}
	t.Run("no reader", func(t *testing.T) {
		var l tape
		others(&l)
		l.get(9*hour, attacker, code, 200)
		l.get(9*hour+minute, attacker, query, 200)
		l.find(t, attacker+"/32", "injection", analyze.Low)
	})
	t.Run("another page", func(t *testing.T) {
		var l tape
		reads(&l)
		l.get(9*hour, attacker, "/item?id=1%20UNION%20SELECT%20login,2%20FROM%20users--", 200)
		l.get(9*hour+minute, attacker, "/item?id=1%20AND%20sleep(5)", 200)
		l.find(t, attacker+"/32", "injection", analyze.Low)
	})
	t.Run("many", func(t *testing.T) {
		var l tape
		reads(&l)
		columns := ""
		for i := range mostSpoken + 2 {
			columns += ",name"
			l.get(9*hour+time.Duration(i)*minute, attacker, "/playground?code=1%20UNION%20SELECT%20login"+columns+"%20FROM%20users--", 200)
		}
		l.find(t, attacker+"/32", "injection", analyze.Medium)
	})
	t.Run("answered otherwise", func(t *testing.T) {
		var l tape
		reads(&l)
		for i, q := range quotes {
			l.get(9*hour+time.Duration(i)*minute, attacker, "/playground?code="+q, 500)
		}
		l.find(t, attacker+"/32", "injection", analyze.High)
	})
}

// A few who agree lend no input their language if visitors make other use of it, and who
// asks a playground for data, number by number, plays no more.
func TestLanguageIsNotForSale(t *testing.T) {
	const union = "/item?id=1%20UNION%20SELECT%20login,2%20FROM%20users--"
	for what, n := range map[string]int{"who read several pages": 6, "who load a style sheet": 2 * manySpeakers} {
		var l tape
		l.visitors(20)
		for i := range 1_000 {
			l.get(time.Duration(i)*minute, fmt.Sprintf("198.18.%d.%d", i%200, 1+i%250), "/item?id=7", 200)
		}
		for i := range n {
			src, at := fmt.Sprintf("203.0.%d.7", 1+i), 2*hour+time.Duration(i)*5*minute
			if n < manySpeakers {
				l.visit(at, src)
			}
			l.get(at+6*minute, src, "/style.css", 200)
			l.get(at+7*minute, src, union, 200)
		}
		l.get(9*hour, attacker, "/style.css", 200)
		l.get(9*hour+minute, attacker, union, 200)
		l.get(9*hour+2*minute, attacker, "/item?id=1%20AND%20sleep(5)", 200)
		t.Run(what, func(t *testing.T) { l.find(t, attacker+"/32", "injection", analyze.Low) })
	}
	t.Run("number by number", func(t *testing.T) {
		var l tape
		l.visitors(20)
		l.speakers(30, query)
		l.readers(120, "/playground?code=hello", 6_000, 0)
		l.get(8*hour, attacker, "/style.css", 200)
		for i := range 6 * mostQueries {
			l.get(9*hour+time.Duration(i)*10*time.Second, attacker, fmt.Sprintf("/playground?code=1%%20AND%%20ASCII(SUBSTR((SELECT%%20pw%%20FROM%%20users),%d,1))%%3E%d", 1+i/7, 64+i%7), 200)
		}
		l.find(t, attacker+"/32", "injection", analyze.Low)
	})
}

// What many look for in the same words makes them no campaign; strangers who were shown
// nothing, and send it all the same, are one.
func TestSameWordsOfReaders(t *testing.T) {
	var l tape
	l.visitors(40)
	for i := range 24 {
		src, at := fmt.Sprintf("198.18.%d.7", 100+i), time.Duration(i)*hour/2
		l.get(at, src, "/", 200)
		l.get(at, src, "/style.css", 200)
		l.get(at+minute, src, "/search?q=%24%7Bjndi:ldap%7D+what+is+that", 200)
		l.get(at+2*minute, src, "/search?q=%27+or+1%3D1+--+explained", 200)
	}
	l.untold(t, "campaign")
	for i := range 24 {
		l.get(time.Duration(i)*hour/2, fmt.Sprintf("198.19.%d.7", i), "/item?id=1%20UNION%20SELECT%20login,2%20FROM%20users--", 200)
	}
	if c := l.told(t, "campaign"); len(c.Sources) != 24 {
		t.Errorf("%d sources, want the 24 who read nothing", len(c.Sources))
	}
}
