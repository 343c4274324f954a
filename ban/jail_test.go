package ban

import (
	"testing"
	"time"

	"gumshoe/analyze"
)

// What a case's services close to its sources.
func TestJails(t *testing.T) {
	moved := DefaultJails()
	moved[0].Ports = Ports{22, 443}
	own := []Jail{{Name: "shop", Services: []string{"http"}, Ports: Ports{8443}, Action: Limit, Base: 3 * time.Hour}}
	for _, tt := range []struct {
		name     string
		services []string
		policy   Policy
		jail     string
		ports    string
		action   Action
	}{
		{"ssh", []string{"sshd"}, Policy{}, "ssh", "22", Drop},
		{"ssh where it also listens elsewhere", []string{"sshd"}, Policy{Jails: moved}, "ssh", "22,443", Drop},
		{"web", []string{"http"}, Policy{}, "web", "80,443", Drop},
		{"web, and SSH listens on one of its ports", []string{"http"}, Policy{Jails: moved}, "web", "80", Drop},
		{"mail, both protocols", []string{"imap", "smtp"}, Policy{}, "mail", "25,110,143,465,587,993,995,4190", Drop},
		{"files", []string{"ftp"}, Policy{}, "ftp", "20,21,989,990", Drop},
		{"web and ssh were attacked", []string{"http", "sshd"}, Policy{}, "ssh", "22,80,443", Drop},
		{"an unheard-of service", []string{"gopher"}, Policy{}, "gopher", "all", Drop},
		{"an unheard-of service and ssh", []string{"gopher", "sshd"}, Policy{}, "ssh", "all", Drop},
		{"an unheard-of service and web: SSH stays open", []string{"gopher", "http"}, Policy{}, "web", "80,443", Drop},
		{"no service at all", nil, Policy{}, "other", "all", Drop},
		{"web, with all ports asked for", []string{"http"}, Policy{AllPorts: true}, "web", "all", Drop},
		{"the policy's action", []string{"http"}, Policy{Action: Reject}, "web", "80,443", Reject},
		{"a jail of the owner's", []string{"http"}, Policy{Jails: own, Action: Reject}, "shop", "8443", Limit},
		{"web and ssh, which no jail takes", []string{"http", "sshd"}, Policy{Jails: own}, "shop", "all", Drop},
		{"and a service that it does not take", []string{"sshd"}, Policy{Jails: own}, "sshd", "all", Drop},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := DefaultPolicy()
			policy.Jails, policy.AllPorts, policy.Action = tt.policy.Jails, tt.policy.AllPorts, tt.policy.Action
			e := Make([]analyze.Case{scan(func(c *analyze.Case) { c.Services = tt.services })}, policy, Guards{}, now).Add[0]
			if e.Jail != tt.jail || e.Ports.String() != tt.ports || e.Action != tt.action {
				t.Errorf("got %s, ports %s, %s; want %s, %s, %s", e.Jail, e.Ports, e.Action, tt.jail, tt.ports, tt.action)
			}
		})
	}
}

func TestJailBase(t *testing.T) {
	policy := DefaultPolicy()
	policy.Jails = []Jail{{Name: "web", Services: []string{"http"}, Ports: Ports{80}, Base: 3 * time.Hour}}
	quick := scan(func(c *analyze.Case) { c.Active = time.Minute })
	if d := Make([]analyze.Case{quick}, policy, Guards{}, now).Add[0].For; d < 3*time.Hour || d > 3*time.Hour+18*time.Minute {
		t.Errorf("banned for %v, want the jail's three hours", d)
	}
}

// A jail that must leave SSH open cannot close everything: that is an error of
// configuration, and a run that meets it all the same bans nobody.
func TestJailWithoutPorts(t *testing.T) {
	for name, j := range map[string]Jail{
		"all ports, and SSH open": {Name: "web", Services: []string{"http"}},
		"nothing but SSH":         {Name: "web", Services: []string{"http"}, Ports: Ports{22}},
	} {
		policy := DefaultPolicy()
		policy.Jails = []Jail{j}
		if got, want := summary(Make([]analyze.Case{scan(nil)}, policy, Guards{}, now)), "hold ports 203.0.113.7/32"; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, wrong := range []Jail{{}, {Name: "a", Action: "explode"}, {Name: "a", Base: -1}, {Name: "a", Services: []string{"imap"}}} {
		if wrong.Check() == nil {
			t.Errorf("%+v is no complaint", wrong)
		}
	}
	for _, j := range DefaultJails() {
		if err := j.Check(); err != nil {
			t.Error(err)
		}
	}
}
