package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ban"
)

// A jail of the configuration that has a built-in one's name changes what it names, and
// nothing else: a longer ban from SSH closes no more ports than before.
func TestJails(t *testing.T) {
	dir := write(t, map[string]string{"gumshoe.yaml": `
jails:
  - {name: ssh, base: 2d}
  - {base: 3d, name: mail, action: reject}
  - {name: web, ports: "80,443,8080"}
  - {name: desktop, ports: all}
  - {name: wiki, services: [mediawiki], ports: "80,443"}
`})
	s := defaults()
	if err := s.readFiles(filepath.Join(dir, "gumshoe.yaml"), true); err != nil {
		t.Fatal(err)
	}
	want := append([]ban.Jail{{Name: "wiki", Services: []string{"mediawiki"}, Ports: ban.Ports{80, 443}}}, ban.DefaultJails()...)
	for i := range want {
		switch j := &want[i]; j.Name {
		case "ssh":
			j.Base = 48 * time.Hour
		case "mail":
			j.Base, j.Action = 72*time.Hour, ban.Reject
		case "web":
			j.Ports = ban.Ports{80, 443, 8080}
		case "desktop":
			j.Ports = nil
		}
	}
	if diff := cmp.Diff(want, s.Ban.Jails); diff != "" {
		t.Error(diff)
	}
}
