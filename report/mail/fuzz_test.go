package mail

import (
	"encoding/json"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzServer: whatever a server says, each recipient has the letter or one
// failure, and the server's words reach nobody's terminal as they are.
func FuzzServer(f *testing.F) {
	f.Add("220 hi\r\n250-a\r\n250 b\r\n250 ok\r\n250 ok\r\n550 no\r\n451 later\r\n354 go\r\n250 done\r\n221 bye\r\n")
	f.Add("220 hi\r\n250 b\r\n250 ok\r\n550-\x1b[2J\r\n550 \u202e\r\n550 no\r\n550 no\r\n")
	f.Add("SSH-2.0-x\r\n")
	f.Add("220-\r\n220 \x00\r\n500 no\r\n250 ok\r\n421 bye")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { l.Close() })
	to := SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: ClearText, Step: time.Second}
	f.Fuzz(func(t *testing.T, says string) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			io.WriteString(conn, says)
			conn.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, conn)
		}()
		failures := to.Send(t.Context(), letter())
		<-done
		seen := map[string]bool{}
		for _, failure := range failures {
			text := failure.Error()
			if seen[failure.To] || strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 || len([]rune(text)) > 2*maxSaid {
				t.Errorf("%q", text)
			}
			seen[failure.To] = true
		}
		if len(failures) < 3 && !strings.Contains(says, "354") {
			t.Errorf("delivered to a server that never asked for the message: %v", failures)
		}
	})
}

// FuzzDecode: what is accepted from the spool says whose it is, and is written
// back as it was read.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"Key":"run-9","From":"g@example.org","To":["anna@example.org"],"Data":"aGVsbG8=","Queued":"2026-11-21T06:10:00Z"}`))
	f.Add([]byte(`{"Key":"run-9","To":[""],"Queued":"9999-12-31T23:59:59Z","Begun":true}`))
	f.Add([]byte(`{"key":"run-9","TO":["a"],"Data":null,"Queued":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := decode(raw)
		if err != nil {
			return
		}
		if e.Key == "" || len(e.To) == 0 {
			t.Errorf("accepted %+v", e)
		}
		written, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(written)
		if err != nil {
			t.Fatal(err)
		}
		if e.size, again.size = 0, 0; !reflect.DeepEqual(e, again) {
			t.Errorf("read %+v, then %+v", e, again)
		}
	})
}
