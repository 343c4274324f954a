package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
	"gumshoe/ingest/archive"
)

// A log that is never quiet at four in the morning was quiet at four; another that
// often is may be; and hours without any log are those of a machine that was off.
func TestHoles(t *testing.T) {
	end := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	week := func(log string, lines func(h time.Time) int64) (out []archive.Hour) {
		for h := end.Add(-28 * 24 * time.Hour); h.Before(end); h = h.Add(time.Hour) {
			if n := lines(h); n > 0 {
				out = append(out, archive.Hour{Log: log, Start: h, Lines: n})
			}
		}
		return out
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	off := func(h time.Time) bool { return h.Equal(at(17, 9)) }
	hours := week("/var/log/mail.log", func(h time.Time) int64 {
		if off(h) || h.Equal(at(19, 4)) || h.Equal(at(19, 5)) || !h.Before(at(20, 22)) {
			return 0
		}
		return 300
	})
	hours = append(hours, week("/var/log/auth.log", func(h time.Time) int64 {
		if off(h) || h.Day()%2 == 0 && h.Hour() < 6 {
			return 0
		}
		return 30
	})...)
	hours = append(hours, week("/var/log/few.log", func(h time.Time) int64 {
		if off(h) {
			return 0
		}
		return int64(h.Day() % 2)
	})...)
	var got []string
	for _, h := range holes(hours, hourNumber(end)) {
		got = append(got, fmt.Sprintf("%s %s %d h %d", h.log, hourAt(h.from).Format("2 15:04"), h.to-h.from, h.usual))
	}
	want := "/var/log/mail.log 19 04:00 2 h 600\n/var/log/mail.log 20 22:00 2 h 600"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// Rotated files are part of a log; one that cannot be read is a hole in it.
func TestDoctorRotation(t *testing.T) {
	m := fakeMachine(t, nil)
	logs := []foundLog{{Files: []string{"/var/log/auth.log"}}}
	m.give(t, "/var/log/auth.log", guessing())
	check := func() *doctor {
		d := examination(t, m, "")
		d.checkRotation(logs)
		return d
	}
	if d := check(); d.of("src.rotation") != "ok" || !strings.Contains(d.checks[0].Text, "yet") {
		t.Errorf("%+v", d.checks)
	}
	m.give(t, "/var/log/auth.log.1", guessing())
	if d := check(); d.of("src.rotation") != "ok" || !strings.Contains(d.checks[0].Text, "1 rotated files of 1 logs") {
		t.Errorf("%+v", d.checks)
	}
	if err := os.Symlink("/nowhere/at/all", m.path("/var/log/auth.log.2.gz")); err != nil { // root may read all else
		t.Fatal(err)
	}
	if d := check(); d.of("src.rotation") != "fail ls -l /var/log/auth.log.2.gz" {
		t.Errorf("%+v", d.checks)
	}
}

// Who was banned knocks now and then; if nobody ever does, the rules are in the wrong place.
func TestDoctorReach(t *testing.T) {
	rules := func(packets int) string {
		return fmt.Sprintf(`Chain GUMSHOE (1 references)
    pkts      bytes target     prot opt in     out     source               destination
      70     9000 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0            match-set gumshoe-allow4-all src
    %4d     9000 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            match-set gumshoe-drop4-all src
`, packets)
	}
	for _, test := range []struct {
		name    string
		packets int
		bans    int
		age     time.Duration
		want    string
	}{
		{"they knock", 4310, 5, 25 * time.Hour, "ok"},
		{"they were banned just now", 0, 5, time.Hour, "ok"},
		{"few may have given up", 0, 4, 25 * time.Hour, "ok"},
		{"nobody of many ever came", 0, 5, 25 * time.Hour, "warn iptables -nvL INPUT"},
	} {
		m := fakeMachine(t, map[string]string{"iptables -w 10 -nvxL GUMSHOE": rules(test.packets)})
		d := examination(t, m, "")
		var active []ban.Ban
		for range test.bans {
			active = append(active, ban.Ban{Action: ban.Drop, From: m.now.Add(-test.age)})
		}
		d.checkPackets(t.Context(), active)
		if d.of("fw.reach") != test.want {
			t.Errorf("%s: %+v", test.name, d.checks)
		}
	}
	d := examination(t, fakeMachine(t, nil), "")
	if d.checkPackets(t.Context(), nil); len(d.checks) > 0 {
		t.Errorf("nothing stands, and it says %+v", d.checks)
	}
}
