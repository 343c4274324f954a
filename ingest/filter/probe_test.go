package filter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	fs, _ := filepath.Glob("/etc/fail2ban/filter.d/*.conf")
	lin, back := 0, 0
	for _, f := range fs {
		n := strings.TrimSuffix(filepath.Base(f), ".conf")
		sp, _ := ParseSpec(n)
		fl, err := Load(os.DirFS("/etc/fail2ban/filter.d"), sp)
		if err != nil {
			fmt.Println("ERR", n, err)
			continue
		}
		for _, p := range fl.Problems() {
			fmt.Println("PROB", n, p)
		}
		for _, r := range fl.Rules() {
			if r.Linear {
				lin++
			} else {
				back++
				fmt.Println("BACK", n, r.Place)
			}
		}
	}
	fmt.Println(len(fs), lin, back)
}
