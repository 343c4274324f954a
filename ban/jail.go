package ban

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Jail says how the attackers of some services are banned.
type Jail struct {
	Name     string
	Services []string      // whose attackers it takes
	Ports    Ports         // what is closed to them; none: everything
	Action   Action        // "": the policy's
	Base     time.Duration // length of a first ban; 0: the policy's
}

// everyday are the services of every visitor. Their bans leave the SSH ports
// alone, unless Policy.AllPorts says otherwise: an administrator whose browser or
// mail program is banned by mistake can still log in.
var everyday = []string{ingest.ServiceWeb, ingest.ServiceApp, ingest.ServiceSMTP, ingest.ServiceIMAP}

func isEveryday(service string) bool { return slices.Contains(everyday, service) }

// SSHJail is the name of the jail whose ports are those of SSH.
const SSHJail = "ssh"

// DefaultJails are the jails of a machine without configuration, most dangerous
// first. Services that none of them takes have a jail of their own, which closes
// everything.
func DefaultJails() []Jail {
	return []Jail{
		{Name: SSHJail, Services: []string{ingest.ServiceSSH}, Ports: Ports{22}},
		{Name: "database", Services: []string{"mysql", "postgresql", "mongodb", "redis", "mssql", "clickhouse"},
			Ports: Ports{1433, 3306, 5432, 6379, 8123, 9000, 27017}},
		{Name: "desktop", Services: []string{"rdp", "smb"}, Ports: Ports{139, 445, 3389}},
		{Name: "directory", Services: []string{"ldap"}, Ports: Ports{389, 636}},
		{Name: "telephone", Services: []string{"sip"}, Ports: Ports{5060, 5061}},
		{Name: "ftp", Services: []string{ingest.ServiceFTP}, Ports: Ports{20, 21, 989, 990}},
		{Name: "chat", Services: []string{"xmpp"}, Ports: Ports{5222, 5223, 5269, 5270}},
		{Name: "mail", Services: []string{ingest.ServiceSMTP, ingest.ServiceIMAP}, Ports: Ports{25, 110, 143, 465, 587, 993, 995, 4190}},
		{Name: "web", Services: []string{ingest.ServiceWeb, ingest.ServiceApp}, Ports: Ports{80, 443}},
	}
}

// Check reports what is wrong with a jail of the configuration.
func (j *Jail) Check() error {
	switch {
	case j.Name == "":
		return fmt.Errorf("a jail without a name")
	case j.Action != "" && !slices.Contains(Actions, j.Action):
		return fmt.Errorf("jail %s: unknown action %q", j.Name, j.Action)
	case j.Base < 0:
		return fmt.Errorf("jail %s: a ban of %v", j.Name, j.Base)
	case slices.ContainsFunc(j.Services, isEveryday) && len(j.Ports) == 0:
		return fmt.Errorf("jail %s: list its ports; bans from %s leave SSH open, so they cannot close everything (ban.all_ports does)", j.Name, and(everyday))
	}
	return nil
}

// jail returns the jail for a case, its ports and action settled. A case of
// several services is banned from the ports of all of them, in the name of the
// most dangerous; an attack on web or mail never closes SSH unless SSH was
// attacked too.
func (p *Policy) jail(c *analyze.Case) (Jail, doubt) {
	taken := p.jails(c)
	out := Jail{Name: taken[0].Name}
	keep := !p.AllPorts && slices.ContainsFunc(c.Services, isEveryday) && !slices.Contains(c.Services, ingest.ServiceSSH)
	everything := p.AllPorts
	for _, j := range taken {
		everything = everything || len(j.Ports) == 0 && !keep
		out.Ports = append(out.Ports, j.Ports...)
		out.Base = max(out.Base, j.Base)
		if a := cmp.Or(j.Action, p.Action, Drop); out.Action == "" || a.rank() > out.Action.rank() {
			out.Action = a
		}
	}
	if everything {
		out.Ports = nil
		return out, doubt{}
	}
	slices.Sort(out.Ports)
	out.Ports = slices.Compact(out.Ports)
	if keep {
		ssh := p.sshPorts()
		out.Ports = slices.DeleteFunc(out.Ports, func(n uint16) bool { return slices.Contains(ssh, n) })
	}
	if len(out.Ports) == 0 {
		return out, doubt{"ports", fmt.Sprintf("The jail %s has no ports but those of SSH, and its bans leave SSH open.", out.Name)}
	}
	return out, doubt{}
}

// jails are those that take the case's services, in the order of the table,
// then the services that none takes.
func (p *Policy) jails(c *analyze.Case) []Jail {
	var out []Jail
	strange := slices.Clone(c.Services)
	for _, j := range p.Jails {
		if slices.ContainsFunc(c.Services, func(s string) bool { return slices.Contains(j.Services, s) }) {
			out = append(out, j)
			strange = slices.DeleteFunc(strange, func(s string) bool { return slices.Contains(j.Services, s) })
		}
	}
	for _, s := range strange {
		out = append(out, Jail{Name: cmp.Or(s, otherJail)})
	}
	if len(out) == 0 {
		out = append(out, Jail{Name: otherJail})
	}
	return out
}

// otherJail takes cases that name no service.
const otherJail = "other"

// sshPorts are the ports where this machine listens for SSH.
func (p *Policy) sshPorts() Ports {
	for _, j := range p.Jails {
		if j.Name == SSHJail {
			return append(slices.Clone(j.Ports), 22)
		}
	}
	return Ports{22}
}
