package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gumshoe/analyze/enrich"
	"gumshoe/ban"
)

// utmpRecord writes a record as login(3) does.
func utmpRecord(l utmpLayout, kind uint16, pid uint32, user, host, addr string) []byte {
	b := make([]byte, l.length)
	binary.LittleEndian.PutUint16(b, kind)
	binary.LittleEndian.PutUint32(b[utmpPID:], pid)
	copy(b[8:40], "pts/0")
	copy(b[utmpUser:utmpUser+utmpUserLen], user)
	copy(b[utmpHost:utmpHost+utmpHostLen], host)
	binary.LittleEndian.PutUint32(b[l.seconds:], 1795226400) // 2026-11-21 02:00:00 UTC
	if addr != "" {
		copy(b[l.address:], netip.MustParseAddr(addr).AsSlice())
	}
	return b
}

func seen(list []remote) (out []string) {
	for _, r := range list {
		at := r.host + "?"
		if r.From.IsValid() {
			at = r.From.String()
		}
		out = append(out, strings.TrimSpace(r.User)+" "+at)
	}
	return out
}

// A session is a person's whose process runs, from wherever the record says.
func TestUtmpSessions(t *testing.T) {
	const gone = 666
	for _, l := range []utmpLayout{utmp32, utmp64} {
		for _, tt := range []struct {
			name, user, host, addr string
			kind                   uint16
			pid                    uint32
			want                   []string
		}{
			{"from an IPv4 address", "anna", "203.0.113.7", "203.0.113.7", userProcess, 42, []string{"anna 203.0.113.7"}},
			{"from an IPv6 address", "anna", "2001:db8::7", "2001:db8::7", userProcess, 42, []string{"anna 2001:db8::7"}},
			{"from an IPv6 address that ends in zeros", "anna", "2001:db8::", "2001:db8::", userProcess, 42, []string{"anna 2001:db8::"}},
			{"from an IPv4 address in IPv6", "anna", "203.0.113.7", "::ffff:203.0.113.7", userProcess, 42, []string{"anna 203.0.113.7"}},
			{"its address has a name", "anna", "home.example.org", "203.0.113.7", userProcess, 42, []string{"anna 203.0.113.7"}},
			{"only a name is written down", "anna", "home.example.org", "", userProcess, 42, []string{"anna home.example.org?"}},
			{"roaming, by mosh", "anna", "203.0.113.7 via mosh [99]", "", userProcess, 42, []string{"anna 203.0.113.7"}},
			{"a name that looks like another's address", "anna", "198.51.100.9", "203.0.113.7", userProcess, 42, []string{"anna 203.0.113.7"}},
			{"a display", "anna", ":0", "", userProcess, 42, []string{"anna :0?"}},
			{"at the console", "anna", "", "", userProcess, 42, nil},
			{"a login that waits for its password", "LOGIN", "203.0.113.7", "203.0.113.7", 6, 42, nil},
			{"one that has ended", "anna", "203.0.113.7", "203.0.113.7", 8, 42, nil},
			{"its process was killed", "anna", "203.0.113.7", "203.0.113.7", userProcess, gone, nil},
			{"no number of a process", "anna", "203.0.113.7", "203.0.113.7", userProcess, 1 << 31, nil},
			{"names that fill their fields", strings.Repeat("x", 40), strings.Repeat("9", 300), "203.0.113.7", userProcess, 42, []string{strings.Repeat("x", 32) + " 203.0.113.7"}},
		} {
			running := func(pid int32) bool { return pid > 0 && pid != gone }
			text := utmpRecord(l, tt.kind, tt.pid, tt.user, tt.host, tt.addr)
			if diff := cmp.Diff(tt.want, seen(l.sessions(append(text, "half a record"...), running))); diff != "" {
				t.Errorf("%d bytes, %s:\n%s", l.length, tt.name, diff)
			}
		}
	}
	when := utmp32.sessions(utmpRecord(utmp32, userProcess, 1, "anna", "", "203.0.113.7"), running)[0].Since
	if want := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC); !when.Equal(want) {
		t.Errorf("since %v, want %v", when.UTC(), want)
	}
}

// Whatever the file holds, what is read of it is bounded and no panic.
func FuzzUtmp(f *testing.F) {
	f.Add(utmpRecord(utmp32, userProcess, 42, "anna", "2001:db8::7", "2001:db8::7"))
	f.Add(utmpRecord(utmp64, userProcess, 42, "\x1b[2J", "203.0.113.7 via", "203.0.113.7"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, l := range []utmpLayout{utmp32, utmp64} {
			for _, r := range l.sessions(text, func(int32) bool { return true }) {
				if r.From.Is4In6() || r.From.Zone() != "" || len(r.User) > utmpUserLen || len(r.host) > utmpHostLen {
					t.Errorf("%+v", r)
				}
			}
		}
	})
}

// The files of logind, as version 257 writes them.
func TestLogindSessions(t *testing.T) {
	dir := t.TempDir()
	session := func(user, host, state string) string {
		return "# This is private data. Do not parse.\nUID=1000\nUSER=" + user + "\nACTIVE=1\nIS_DISPLAY=1\nSTATE=" + state + "\nREMOTE=1\nLEADER_FD_SAVED=1\nTYPE=tty\n" +
			"ORIGINAL_TYPE=tty\nCLASS=user\nSCOPE=session-12.scope\nFIFO=/run/systemd/sessions/12.ref\nREMOTE_HOST=" + host + "\nSERVICE=sshd\nLEADER=4711\nAUDIT=12\nREALTIME=1795226400000000\nMONOTONIC=81234567\n"
	}
	for name, text := range map[string]string{
		"1": "UID=1000\nUSER=anna\nSTATE=active\nREMOTE=0\nTYPE=tty\nTTY=/dev/tty1\nREALTIME=1795226400000000\n",
		"2": session("anna", "203.0.113.7", "active"),
		"3": session("paul", "2001:db8::7", "online"),
		"4": session("emma", "203.0.113.8", "closing"), // logged out; a program of hers still runs
		"5": session("nils", `"home.example.org"`, "active"),
		"6": session("olga", "\x1b[2Jnothing to ask", "active"),
		"7": "\xff\x00=\n====\nREMOTE_HOST",
		"8": session("vera", "fe80::1%eth0", "active"),
	} {
		put(t, dir, name, text)
	}
	if err := os.Mkdir(filepath.Join(dir, "9.ref"), 0o700); err != nil {
		t.Fatal(err)
	}
	found, err := loginds(dir)
	if diff := cmp.Diff([]string{"anna 203.0.113.7", "paul 2001:db8::7", "nils home.example.org?", "olga \x1b[2Jnothing to ask?", "vera fe80::1"}, seen(found)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if found, err := loginds(filepath.Join(dir, "none")); err != nil || found != nil {
		t.Errorf("without logind: %v, %v", found, err)
	}

	sessions, err := (&app{resolver: sessionNames{"home.example.org": "198.51.100.7"}}).located(t.Context(), found[:4])
	want := []ban.Session{{User: "anna", From: netip.MustParseAddr("203.0.113.7")}, {User: "paul", From: netip.MustParseAddr("2001:db8::7")}, {User: "nils", From: netip.MustParseAddr("198.51.100.7")}}
	if diff := cmp.Diff(want, sessions, cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreFields(ban.Session{}, "Since")); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := (&app{resolver: sessionNames{}}).located(t.Context(), found[2:3]); err == nil || !strings.Contains(err.Error(), `nils is logged in from "home.example.org"`) {
		t.Errorf("a name that nobody knows: %v", err)
	}
}

// sessionNames is a DNS of single IPv4 addresses.
type sessionNames map[string]string

func (sessionNames) Names(context.Context, netip.Addr) ([]string, error) { return nil, nil }

func (n sessionNames) Addrs(_ context.Context, name string, like netip.Addr) ([]netip.Addr, error) {
	if a, ok := n[name]; ok && like.Is4() {
		return []netip.Addr{netip.MustParseAddr(a)}, nil
	}
	return nil, fmt.Errorf("%w: no such host", enrich.ErrNoName)
}
