package traffic

import (
	"fmt"
	"net/netip"
	"time"
)

// AppClients are people's file, calendar and photo clients at home: WebDAV and
// its kin, for which 401, 404 and 405 are ordinary answers.
func AppClients(w *World) {
	const clients = 15
	w.claimHomes(1)
	agents := []string{"Mozilla/5.0 (Android) Nextcloud-android/3.33.0", "Mozilla/5.0 (iOS) Nextcloud-iOS/6.3.0", "DAVx5/4.4.5-ose (2025/08/01; dav4jvm; okhttp/4.12.0) Android/15",
		"Mozilla/5.0 (Macintosh) mirall/3.17.2 (build 39142) (Nextcloud, osx-24.6.0 ClientArchitecture: arm64 OsArchitecture: arm64)", "iOS/18.6 (22G86) accountsd/1.0"}
	for i := range clients {
		rng := w.Rand(fmt.Sprint("app client ", i))
		user, hit := firstNames[i], Hit{Src: home(2_100 + 6*i), Agent: agents[i%len(agents)]}
		request := func(w *World, after time.Duration, as, method, target string, status int) {
			h := hit
			h.User, h.Method, h.Target, h.Status, h.Bytes = as, method, target, status, 380
			w.Once(w.now.Add(after), func(w *World) { w.Hit(&h) })
		}
		w.every(70*time.Minute, .4, rng, func(w *World) {
			files := "/remote.php/dav/files/" + user + "/"
			request(w, 0, "", "PROPFIND", files, 401)
			request(w, 200*time.Millisecond, user, "PROPFIND", files, 207)
			for k := range 2 + rng.IntN(9) {
				after := time.Duration(400+150*k) * time.Millisecond
				switch rng.IntN(5) {
				case 0:
					request(w, after, user, "GET", fmt.Sprintf("/index.php/core/preview?fileId=%d&x=256&y=256&a=1", rng.IntN(90_000)), 404)
				case 1:
					request(w, after, user, "GET", fmt.Sprintf("/index.php/avatar/%s/64", firstNames[rng.IntN(40)]), 404)
				case 2:
					request(w, after, user, "PROPFIND", "/remote.php/dav/calendars/"+user+"/contact_birthdays/", 404)
				case 3:
					request(w, after, user, "REPORT", "/remote.php/dav/addressbooks/users/"+user+"/contacts/", 405)
				default:
					request(w, after, user, "PROPFIND", fmt.Sprintf("%sPhotos/IMG_%04d.jpg", files, rng.IntN(9_999)), 404)
				}
			}
			if rng.IntN(6) == 0 { // tells where a client of this kind looks for its server
				request(w, 2*time.Second, "", "PROPFIND", "/.well-known/caldav", 405)
				request(w, 2200*time.Millisecond, "", "GET", "/.well-known/carddav", 404)
			}
		})
	}
}

// Monitors are three more services that ask whether the site is up; one of them
// was never told of a move.
func Monitors(w *World) {
	for i, m := range []struct {
		target string
		status int
		agent  string
	}{{"/", 200, "Mozilla/5.0 (compatible; StatusCake)"}, {"/status/ping", 404, "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)"}, {"/shop/", 200, "Better Stack Better Uptime Bot Mozilla/5.0"}} {
		addr := v4(198<<24 | 19<<16 | 51<<8 | uint32(10+i))
		w.Truth.Claim(addr.String(), Honest, "uptime monitor", "")
		hit := Hit{Src: addr, Target: m.target, Status: m.status, Bytes: 900, Agent: m.agent}
		w.every(5*time.Minute, .01, w.Rand(m.agent), func(w *World) { w.Hit(&hit) })
	}
}

// LinkPreviews are messengers that look at a page when somebody shares it, at
// times one that is gone; one share is looked at by several.
func LinkPreviews(w *World) {
	agents := []string{"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23.20.0", "TelegramBot (like TwitterBot)", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
		"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "Twitterbot/1.0", "Mastodon/4.3.8 (http.rb/5.2.0; +https://social.example/)"}
	addrs := make([]netip.Addr, 80)
	for i := range addrs {
		addrs[i] = v4(198<<24 | 19<<16 | uint32(64+i)<<8 | uint32(9+i))
		w.Truth.Claim(addrs[i].String(), Honest, "a link preview", "")
	}
	rng := w.Rand("link previews")
	w.Arrivals(Rhythm{Peak: 1.5}, rng, func(w *World) {
		hit := Hit{Target: site.next(rng).target, Status: 200, Bytes: 9_000}
		if rng.IntN(8) == 0 {
			hit.Target, hit.Status, hit.Bytes = fmt.Sprintf("/blog/%s-%d", pick(rng, nouns), rng.IntN(20)), 404, 3_210
		}
		for k := range 1 + rng.IntN(12) {
			h := hit
			n := rng.IntN(len(addrs))
			h.Src, h.Agent = addrs[n], agents[n%len(agents)]
			w.Once(w.now.Add(time.Duration(k)*700*time.Millisecond), func(w *World) { w.Hit(&h) })
		}
	})
}

// Editors are two people who write the blog: signed in, they post code and look
// for it.
func Editors(w *World) {
	addr := netip.MustParseAddr("198.19.22.31")
	w.Truth.Claim(addr.String(), Honest, "an editor who posts code", "")
	rng := w.Rand("editors")
	w.every(26*time.Hour, .5, rng, func(w *World) {
		for i, target := range []string{"/cms/edit?post=12", "/cms/preview?text=%3Cscript%20src=%22/assets/app.js%22%3E%3C/script%3E", "/cms/search?q=SELECT%20name%20FROM%20roasts%20WHERE%20id=1",
			"/cms/preview?text=%3Cimg%20src=x%20alt=%22cup%22%3E", "/cms/save"} {
			hit := Hit{Src: addr, User: "editor", Target: target, Status: 200, Bytes: 7_000, Referer: origin + "/cms/", Agent: browserOf(77)}
			w.Once(w.now.Add(time.Duration(i)*50*time.Second), func(w *World) { w.Hit(&hit) })
		}
	})
}
