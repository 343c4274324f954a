package main

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"gumshoe/ban"
)

// utmpLayout is where the fields of a record of utmp(5) are. The GNU C library keeps
// the layout of 32 bits where there were 32-bit programs before.
type utmpLayout struct{ length, seconds, address int }

var (
	utmp32 = utmpLayout{384, 340, 348}
	utmp64 = utmpLayout{400, 344, 360}
)

// The fields that are alike in both.
const (
	utmpPID     = 4
	utmpUser    = 44
	utmpHost    = 76
	utmpUserLen = 32
	utmpHostLen = 256
	userProcess = 7
)

// utmpHere is the layout of this machine.
func utmpHere() utmpLayout {
	if slices.Contains([]string{"arm64", "riscv64", "loong64"}, runtime.GOARCH) {
		return utmp64
	}
	return utmp32
}

// utmpSessions reads the sessions of people in utmp whose process is running. What
// is left over at the end is no record.
func utmpSessions(text []byte, running func(pid int32) bool) []remote {
	return utmpHere().sessions(text, running)
}

func (l utmpLayout) sessions(text []byte, running func(pid int32) bool) (out []remote) {
	for ; len(text) >= l.length; text = text[l.length:] {
		if binary.LittleEndian.Uint16(text) != userProcess || !running(int32(binary.LittleEndian.Uint32(text[utmpPID:]))) {
			continue
		}
		host := untilNUL(text[utmpHost:][:utmpHostLen])
		r := remote{host: host, Session: ban.Session{
			User:  untilNUL(text[utmpUser:][:utmpUserLen]),
			From:  utmpFrom([16]byte(text[l.address:]), host),
			Since: time.Unix(int64(binary.LittleEndian.Uint32(text[l.seconds:])), 0),
		}}
		if r.From.IsValid() || r.host != "" {
			out = append(out, r)
		}
	}
	return out
}

// utmpFrom is the address of a record, of which an IPv4 one stands in the first four
// bytes of the field, as the first of an IPv6 one do; the host tells them apart. Where
// the field is empty, the host may begin with the address: "203.0.113.7 via mosh [99]".
func utmpFrom(field [16]byte, host string) netip.Addr {
	word, _, _ := strings.Cut(host, " ")
	said, err := netip.ParseAddr(word)
	said = plain(said)
	six := plain(netip.AddrFrom16(field))
	switch {
	case field == [16]byte{}:
		if err != nil || said.IsUnspecified() {
			return netip.Addr{}
		}
		return said
	case bytes.Equal(field[4:], make([]byte, 12)) && (err != nil || said != six):
		return netip.AddrFrom4([4]byte(field[:4]))
	}
	return six
}

func untilNUL(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
