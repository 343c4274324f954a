package detect

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"gumshoe/analyze"
)

// buyers are n people who pay over twenty hours: every sixth is refused once or twice
// first, every fortieth for good. A good answer is too short to be kept singly.
func (l *tape) buyers(path string, n int, status uint16) {
	for i := range n {
		at, home := time.Duration(i)*20*hour/time.Duration(n), fmt.Sprintf("198.18.%d.%d", 20+i%150, 1+i%200)
		l.visit(at, home)
		at += 6 * minute
		if i%6 == 0 {
			for range 1 + i%2 {
				l.line(at, home, "", firefox, "POST", path, status, 150)
				at += 40 * time.Second
			}
		}
		if i%40 != 0 {
			l.line(at, home, "", firefox, "POST", path, 200, 140)
		}
	}
}

// Stolen cards and codes that are tried out, some of them good.
func TestCardTesting(t *testing.T) {
	for _, c := range []struct {
		path   string
		status uint16
	}{
		{"/v2/basket/finish", 402},
		{"/api/payments", 422},
		{"/rest/default/V1/guest-carts/9f86d081884c7d659a2feaa0c55ad015/payment-information", 400},
		{"/donate", 403},
		{"/api/cards/verify", 400},
		{"/cart/gift-card/apply", 422},
	} {
		for what, pause := range map[string]func(i int) time.Duration{
			"in a hurry":  func(i int) time.Duration { return time.Duration(2+i*i%5) * time.Second },
			"at any pace": func(i int) time.Duration { return time.Duration(1+i*i*i%83) * 5 * time.Second },
		} {
			t.Run(c.path+" "+what, func(t *testing.T) {
				var l tape
				l.buyers(c.path, 120, c.status)
				at := 11 * hour
				for i := range 120 {
					status := c.status
					if i%25 == 24 {
						status = 200
					}
					l.line(at, attacker, "", chrome, "POST", c.path, status, 150)
					at += pause(i)
				}
				got := l.find(t, attacker+"/32", "card_testing", analyze.Medium)
				if got.Level > analyze.Medium || !hasTarget(got, c.path) && c.path[1] != 'r' {
					t.Errorf("%s, targets %v", got.Level, got.Targets)
				}
			})
		}
	}
}

// Payments that are refused and that nobody tries out.
func TestHonestPaymentsRefused(t *testing.T) {
	const one, pay = "198.19.9.1", "/api/payments"
	// send has a source pay n times, refused as often as told.
	send := func(l *tape, from time.Duration, src, agent string, n, refused, of int, pause func(i int) time.Duration) {
		at := from
		for i := range n {
			status := uint16(200)
			if i*7%of < refused {
				status = 402
			}
			l.line(at, src, "", agent, "POST", pay, status, 150)
			at += pause(i)
		}
	}
	loose := func(base time.Duration) func(i int) time.Duration {
		return func(i int) time.Duration { return base/4 + base*time.Duration(i*i*i%17)/8 }
	}
	for what, log := range map[string]func(l *tape){
		"a ticket machine":                    func(l *tape) { send(l, 7*hour, one, "TicketMachine/2.1", 200, 35, 100, loose(4*minute)) },
		"what is due, collected at night":     func(l *tape) { send(l, 2*hour, one, "Billing/1.0", 400, 60, 100, loose(20*time.Second)) },
		"what is overdue, most of it in vain": func(l *tape) { send(l, 2*hour, one, "python-requests/2.32.3", 400, 86, 100, loose(20*time.Second)) },
		"a dead payment that is repeated": func(l *tape) {
			send(l, hour, one, "axios/1.7.2", 200, 1, 1, func(i int) time.Duration { return 5*minute + time.Duration(i*i%7)*time.Second })
		},
		"an application's own client": func(l *tape) { send(l, 8*hour, one, "Shop/4.2 (build 77) okhttp/4.12.0", 60, 1, 1, loose(5*minute)) },
		"somebody with a bad card": func(l *tape) {
			l.visit(9*hour, one)
			send(l, 9*hour+5*minute, one, firefox, 16, 1, 1, loose(30*time.Second))
		},
		"a hotel before Christmas": func(l *tape) {
			for i := range 150 {
				l.visit(8*hour+time.Duration(i)*3*minute, one)
			}
			send(l, 8*hour, one, firefox, 300, 30, 100, loose(80*time.Second))
		},
		"an office whose bank is out of order": func(l *tape) {
			for i := range 40 {
				l.visit(8*hour+time.Duration(i)*3*minute, one)
			}
			send(l, 8*hour, one, firefox, 50, 1, 1, loose(100*time.Second))
		},
		"what everybody wants is sold out": func(l *tape) {
			for i := range 200 {
				send(l, 10*hour+time.Duration(i)*5*time.Second, fmt.Sprintf("198.19.%d.7", i), firefox, 5, 1, 1, loose(3*time.Second))
			}
			send(l, 10*hour, one, chrome, 90, 1, 1, loose(3*time.Second))
		},
		"a site that refuses all": func(l *tape) {
			for i := range 60 {
				l.visit(time.Duration(i)*15*minute, fmt.Sprintf("198.19.%d.8", i))
				l.line(time.Duration(i)*15*minute+5*minute, fmt.Sprintf("198.19.%d.8", i), "", firefox, "POST", "/pay/now", 400, 90)
			}
			for i := range 90 {
				l.line(9*hour+time.Duration(i*i%7+9*i)*time.Second, one, "", chrome, "POST", "/pay/now", 400, 90)
			}
		},
		"a form that most fill in badly, at night": func(l *tape) {
			for i := range 60 {
				home := fmt.Sprintf("198.19.%d.8", i)
				l.visit(time.Duration(i)*15*minute, home)
				l.line(time.Duration(i)*15*minute+5*minute, home, "", firefox, "POST", "/vouchers", 422, 90)
				if i%3 == 0 {
					l.line(time.Duration(i)*15*minute+6*minute, home, "", firefox, "POST", "/vouchers", 200, 90)
				}
			}
			for i := range 90 {
				l.line(20*hour+time.Duration(i*i%7+9*i)*time.Second, one, "", chrome, "POST", "/vouchers", 422, 90)
			}
		},
		"a customer's program with a bad day": func(l *tape) {
			send(l, hour, one, "Billing/1.0", 12, 10, 100, loose(3*minute))
			send(l, 32*hour, one, "Billing/1.0", 60, 1, 1, loose(40*time.Second))
		},
		"what is no payment": func(l *tape) {
			for i := range 90 {
				l.line(9*hour+time.Duration(i*i%7+9*i)*time.Second, one, "", chrome, "POST", "/api/postcards/preview", 400, 90)
				l.line(9*hour+time.Duration(i)*minute, fmt.Sprintf("198.19.%d.8", i), "", chrome, "POST", "/api/postcards/preview", 200, 900)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.buyers(pay, 120, 402)
			log(&l)
			l.quiet(t)
		})
	}
}

// Whoever tries cards at a path is not paid for with all the days that it had buyers on.
func TestBuyersOfManyDays(t *testing.T) {
	room := func(days int) uint64 {
		var l tape
		for i := range days * 24 * 10 {
			l.line(time.Duration(i)*6*minute, fmt.Sprintf("198.%d.%d.9", 18+i/250, i%250), "", firefox, "POST", "/api/payments", 200, 150)
		}
		for i := range 40 {
			l.line(time.Duration(days-1)*day+time.Duration(i*i)*time.Second, attacker, "", chrome, "POST", "/api/payments", 402, 150)
		}
		in := l.input()
		for i := range in.Set.Units() {
			u := &in.Set.Units()[i]
			for _, refused := range paymentsRefused(in, u) {
				times := timesSent(refused)
				ask := func() { buyersAt(in, u, refused[0].Name, times[0], times[len(times)-1]) }
				ask()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				ask()
				runtime.ReadMemStats(&after)
				return after.TotalAlloc - before.TotalAlloc
			}
		}
		t.Fatal("no payments were refused")
		return 0
	}
	if some, more := room(2), room(20); more > 2*some+4096 {
		t.Errorf("%d bytes with twenty days of buyers, and %d with two", more, some)
	}
}
