package report

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A report that was kept renders as it did on the day.
func TestKeptReportRendersTheSame(t *testing.T) {
	for _, f := range reports {
		if f.name == "hostile" {
			continue // has bytes that are no UTF-8; see TestKeptHostileReport
		}
		var b bytes.Buffer
		if err := Encode(&b, f.report()); err != nil {
			t.Fatal(err)
		}
		again, err := Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range renderers {
			if strings.HasPrefix(to.suffix, "mail.") {
				continue // drawn from the same letter as Markdown
			}
			var want, got bytes.Buffer
			if err := to.render(&want, f.report()); err != nil {
				t.Fatal(err)
			}
			if err := to.render(&got, again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("%s.%s: %s", f.name, to.suffix, diff)
			}
		}
	}
}

func TestKeptHostileReport(t *testing.T) {
	r := hostileNight()
	r.Location = time.FixedZone("nowhere", 3600)
	r.Cases[0].LogOdds, r.Cases[0].Families[0].LogOdds = math.NaN(), math.Inf(1)
	var b bytes.Buffer
	if err := Encode(&b, r); err != nil {
		t.Fatal(err)
	}
	again, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if again.Location != time.UTC || len(again.Cases) != len(r.Cases) {
		t.Errorf("zone %s, %d cases", again.Location, len(again.Cases))
	}
}

func TestDecodeRefuses(t *testing.T) {
	for what, in := range map[string]string{"nothing": "", "half": `{"Schema":1,"Cases":[`, "another schema": `{"Schema":99}`} {
		if _, err := Decode(strings.NewReader(in)); err == nil {
			t.Errorf("%s is read", what)
		}
	}
}

// A file that was tampered with is refused or read, and what was read renders.
func FuzzDecode(f *testing.F) {
	for _, night := range []func() Report{quietNight, armedNight} {
		var b bytes.Buffer
		if err := Encode(&b, night()); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(bytes.NewReader(data))
		if err != nil || len(r.Cases) > 20 || r.To.Sub(r.From) > 400*24*time.Hour {
			return
		}
		if m, err := Mail(r); err != nil || len(m.HTML) > 100_000 {
			t.Errorf("%d bytes, error %v", len(m.HTML), err)
		}
	})
}
