package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gumshoe/ban"
)

// Where the machine writes down who is logged in.
const (
	logindSessions = "/run/systemd/sessions"
	utmpFile       = "/run/utmp"
)

// openSessions lists the authenticated sessions from elsewhere that are open now,
// by logind and by utmp: each of them misses some that the other has. A TCP
// connection is no session: anybody can open one.
func openSessions() ([]ban.Session, error) {
	sessions, err := loginds(logindSessions)
	text, utmpErr := os.ReadFile(utmpFile)
	if utmpErr != nil && !errors.Is(utmpErr, fs.ErrNotExist) {
		err = errors.Join(err, utmpErr)
	}
	return append(sessions, utmpSessions(text)...), err
}

// loginds reads the files of systemd-logind, one a session: KEY=VALUE lines, of
// which USER, REMOTE_HOST, STATE and REALTIME (microseconds) are asked.
func loginds(dir string) (out []ban.Session, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if !f.Type().IsRegular() {
			continue
		}
		text, readErr := os.ReadFile(filepath.Join(dir, f.Name()))
		if readErr != nil {
			if !errors.Is(readErr, fs.ErrNotExist) { // ended just now
				err = errors.Join(err, readErr)
			}
			continue
		}
		values := map[string]string{}
		for line := range strings.Lines(string(text)) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
			values[k] = v
		}
		from, parseErr := netip.ParseAddr(values["REMOTE_HOST"])
		if parseErr != nil || values["STATE"] == "closing" {
			continue
		}
		s := ban.Session{User: values["USER"], From: from.WithZone("").Unmap()}
		if micro, err := strconv.ParseInt(values["REALTIME"], 10, 64); err == nil {
			s.Since = time.UnixMicro(micro)
		}
		out = append(out, s)
	}
	return out, err
}

// The records of utmp(5) on Linux: their length and where their fields are.
const (
	utmpRecord  = 384
	utmpUser    = 44
	utmpSeconds = 340
	utmpAddress = 348
	userProcess = 7
)

// utmpSessions reads the sessions of people in utmp(5). An IPv4 address stands in
// the first four bytes of its field, in network order, like an IPv6 one.
func utmpSessions(text []byte) (out []ban.Session) {
	for ; len(text) >= utmpRecord; text = text[utmpRecord:] {
		if binary.LittleEndian.Uint16(text) != userProcess {
			continue
		}
		var a [16]byte
		copy(a[:], text[utmpAddress:])
		from := netip.AddrFrom16(a)
		if bytes.Equal(a[4:], make([]byte, 12)) {
			from = netip.AddrFrom4([4]byte(a[:4]))
		}
		if from = from.Unmap(); from.IsUnspecified() {
			continue
		}
		user, _, _ := strings.Cut(string(text[utmpUser:utmpUser+32]), "\x00")
		out = append(out, ban.Session{User: user, From: from, Since: time.Unix(int64(binary.LittleEndian.Uint32(text[utmpSeconds:])), 0)})
	}
	return out
}
