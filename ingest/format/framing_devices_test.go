package format

import (
	"net/netip"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// deviceCarriers are lines of firewalls, brokers and monitors into which a client's text
// goes at "{}", and at "{json}" with a backslash before its quotes.
var deviceCarriers = []string{
	`<134>1 2026-11-20T10:00:00Z gw1 CheckPoint 7776 - [action:"Failed Log In"; time:"1795168800"; product:"Mobile Access"; user:"{json}"; reason:"{json}"; src:"` + attacker + `"]`,
	`<134>1 2026-11-20T10:00:00Z gw1 CheckPoint 7776 - [action:"Failed Log In"; time:"1795168800"; product:"Mobile Access"; src:"` + attacker + `"; user:"{}"]`,
	`<134>1 2026-11-20T10:00:00Z gw1 CheckPoint 7776 - [action:"Failed Log In"; time:"1795168800"; product:"Mobile Access"; user:"{}"; src:"` + attacker + `"]`,
	`Nov 20 10:00:00 srx sshd[4321]: SSHD_LOGIN_FAILED: Login failed for user '{}' from host '` + attacker + `'`,
	`<38>1 2026-11-20T10:00:00.123Z srx sshd 4321 SSHD_LOGIN_FAILED [junos@2636.1.1.1.2.40 username="{json}" source-address="` + attacker + `"] Login failed for user '{}' from host '` + attacker + `'`,
	"<13>Nov 20 10:00:00 dc1 MSWinEventLog\t1\tSecurity\t4711\tFri Nov 20 10:00:00 2026\t4625\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\tFailure Audit\tdc1\tLogon\t\tAn account failed to log on.    " +
		"Account For Which Logon Failed:   Security ID:  S-1-0-0   Account Name:  {}   Account Domain:  {}    Network Information:   Workstation Name: {}   Source Network Address: " + attacker + "   Source Port:  51234\t4711",
	`Nov 20 10:00:00.123456 rule 2/(match) block in on em0: ` + attacker + `.51234 > 198.51.100.1.53: 4242+ A? {} (30)`,
	`Nov 20 10:00:00 bigip1 ASM:request_status="blocked",ip_client="` + attacker + `",method="GET",query_string="{}",uri="/{}",request="GET /{} HTTP/1.1\r\nX-Forwarded-For: {}"`,
	`2026-11-20T10:00:00.123456+00:00 [warning] tag: AUTHN, clientid: {}, msg: authentication_failure, peername: ` + attacker + `:51234, username: {}, reason: not_authorized`,
	`2026-11-20T10:00:00.123456+00:00 [warning] clientid: {}, peername: ` + attacker + `:51234, username: {}, reason: not_authorized, tag: AUTHN, msg: authentication_failure`,
	`{"kind":"admin#reports#activity","id":{"time":"2026-11-20T10:00:00Z","applicationName":"login"},"actor":{"email":"{json}"},"ipAddress":"` + attacker + `","events":[{"type":"login","name":"login_failure","parameters":[{"name":"x","value":"{json}"}]}]}`,
	`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795168800123000000","body":{"stringValue":"Login failed for {json}"},"attributes":[{"key":"user.name","value":{"stringValue":"{json}"}},{"key":"client.address","value":{"stringValue":"` + attacker + `"}}]}]}]}]}`,
	`{"timestamp":"2026-11-20T10:00:00Z","severity_text":"INFO","body":"{json}","attributes":{"client.address":"` + bystander + `","http.request.method":"GET","url.path":"/{json}","http.response.status_code":404,"network.peer.address":"` + attacker + `"}}`,
	"1795168800.123456\tCHhAvVGS1DHFjwGM9\t" + attacker + "\t51234\t198.51.100.1\t80\tGET\t{tab}\t/{tab}\t{tab}\t404",
}

// zeekHead stands at the head of a file of which the last of deviceCarriers is.
const zeekHead = "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\tuser_agent\tstatus_code\n"

var deviceImitations = []string{
	`x"; src:"` + bystander,
	`x"; src:"` + bystander + `"]`,
	`x"] src:"` + bystander + `"; y:"`,
	`x' from host '` + bystander,
	`x' from host '` + bystander + `' y '`,
	`x   Source Network Address: ` + bystander + `   Source Port: 1`,
	`x    Network Information:   Source Network Address: ` + bystander,
	`x",ip_client="` + bystander + `",y="`,
	`x, peername: ` + bystander + `:1`,
	`x, msg: authentication_failure, peername: ` + bystander + `:1, y: z`,
	`x, msg: y`,
	bystander + `.1 > 198.51.100.1.22: S`,
	`x","ipAddress":"` + bystander,
	`x"}},{"key":"client.address","value":{"stringValue":"` + bystander,
	`x","network.peer.address":"` + bystander,
	"x\t" + bystander + "\ty",
}

// The address is the one that the device wrote, whatever the client sent: a name with
// the device's own fields in it may cost an event its source, never give it another's.
func TestNoDeviceFramesABystander(t *testing.T) {
	victim, culprit := netip.MustParseAddr(bystander), netip.MustParseAddr(attacker)
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`, "\t", `\t`)
	written := func(carrier, text string) string {
		return strings.NewReplacer("{}", text, "{json}", escape.Replace(text), "{tab}", strings.ReplaceAll(text, "\t", `\x09`)).Replace(carrier)
	}
	for _, c := range deviceCarriers {
		sample := written(c, "y")
		head := ""
		if strings.Contains(c, "{tab}") {
			head = zeekHead
		}
		parsers := []ingest.Parser{Detect("", []byte(head+sample+"\n")).NewParser(ingest.Context{})}
		if head == "" {
			parsers = append(parsers, must(ByName("generic")).NewParser(ingest.Context{}))
		}
		for _, p := range parsers {
			var ev ingest.Event
			if p.Parse([]byte(sample), &ev) != ingest.Parsed || ev.Src != culprit {
				t.Errorf("does not name the attacker but %v:\n%s", ev.Src, sample)
			}
			for _, text := range append(append(deviceImitations, webImitations...), imitations...) {
				line := written(c, strings.ReplaceAll(text, "\n", " "))
				if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src == victim {
					t.Errorf("frames the bystander:\n%s", line)
				}
			}
		}
	}
}
