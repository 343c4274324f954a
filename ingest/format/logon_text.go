package format

import (
	"bytes"

	"gumshoe/ingest"
)

// logonText reads the text of Windows' logon events, whose lines a relay joined to one
// by blanks, by the escapes of line breaks or by rsyslog's "#015#012":
//
//	An account failed to log on.  Subject: ... Account Name: NAME ... Source Network Address: ADDR  Source Port: ...
//
// The client chose the account's name, which stands before the address: the last address
// counts. All headings have to be there, in their order, as far as the last one, so that
// in a text that was cut short nobody is named by the account's name, which has at most
// 256 characters: too few for the headings that would have to stand in it.
type logonText struct {
	opens    string
	kind     ingest.Kind
	account  []string // headings as far as the account's
	address  string
	headings []string // between the account's name and the address
	rest     []string // behind the address
}

var logonTexts = []logonText{
	{"An account failed to log on.", ingest.KindAuthFailure, []string{"Account For Which Logon Failed:", "Security ID:", "Account Name:"}, "Source Network Address:",
		[]string{"Account Domain:", "Failure Information:", "Failure Reason:", "Status:", "Sub Status:", "Process Information:", "Caller Process ID:", "Caller Process Name:",
			"Network Information:", "Workstation Name:"},
		[]string{"Source Port:", "Detailed Authentication Information:", "Logon Process:", "Authentication Package:", "Transited Services:", "Package Name (NTLM only):", "Key Length:"}},
	{"An account was successfully logged on.", ingest.KindAuthSuccess, []string{"New Logon:", "Security ID:", "Account Name:"}, "Source Network Address:",
		[]string{"Account Domain:", "Logon ID:", "Logon GUID:", "Process Information:", "Process ID:", "Process Name:", "Network Information:", "Workstation Name:"},
		[]string{"Source Port:", "Detailed Authentication Information:", "Logon Process:", "Authentication Package:", "Transited Services:", "Package Name (NTLM only):", "Key Length:"}},
	{"Kerberos pre-authentication failed.", ingest.KindAuthFailure, []string{"Account Information:", "Security ID:", "Account Name:"}, "Client Address:",
		[]string{"Service Information:", "Service Name:", "Network Information:"},
		[]string{"Client Port:", "Additional Information:", "Ticket Options:", "Failure Code:", "Pre-Authentication Type:", "Certificate Information:", "Certificate Issuer Name:",
			"Certificate Serial Number:", "Certificate Thumbprint:"}},
}

// tellLogon fills ev from the text of a logon event.
func tellLogon(text []byte, ev *ingest.Event) bool {
	for i := range logonTexts {
		if t := &logonTexts[i]; bytes.HasPrefix(text, []byte(t.opens)) {
			return t.tell(text[len(t.opens):], ev)
		}
	}
	return false
}

// logonMessage finds the text of an event of Windows' security log in a syslog message.
// What relays put before it is the machine's: NXLog nothing, the eventlog-to-syslog
// service "4625: AUDIT_FAILURE ", and OSSEC's agent
//
//	WinEvtLog: Security: AUDIT_FAILURE(4625): Microsoft-Windows-Security-Auditing: (no user): no domain: dc1: An account ...
func logonMessage(program, msg []byte) (text []byte, ok bool) {
	switch {
	case bytes.HasSuffix(program, []byte("Security-Auditing")):
		for _, mark := range [...]string{"AUDIT_FAILURE ", "AUDIT_SUCCESS "} {
			if head, rest, found := bytes.Cut(msg, []byte(mark)); found && len(head) < len("(4625): ") {
				return rest, true
			}
		}
		return msg, true
	case string(program) == "WinEvtLog":
		_, text, ok = bytes.Cut(msg, []byte("): Microsoft-Windows-Security-Auditing: "))
		for range 3 { // the user, the domain, the machine
			_, text, _ = bytes.Cut(text, []byte(": "))
		}
		return text, ok
	}
	return nil, false
}

func (t *logonText) tell(text []byte, ev *ingest.Event) bool {
	last := bytes.LastIndex(text, []byte(t.address))
	if last < 0 {
		return false
	}
	account, ok := past(text[:last], t.account)
	if !ok {
		return false
	}
	rest := text[last+len(t.address):]
	if _, ok = past(account, t.headings); !ok {
		return false
	}
	if _, ok = past(rest, t.rest); !ok {
		return false
	}
	src, ok := address(logonValue(rest, t.rest[0]))
	if !ok {
		return false // "-": on the machine itself
	}
	user := accountOf(logonValue(account, t.headings[0]))
	if t.kind == ingest.KindAuthSuccess && anyFold(user, "anonymous logon") {
		return false
	}
	ev.Kind, ev.Src, ev.User, ev.Service = t.kind, src, user, ingest.ServiceLogin
	if t.kind == ingest.KindAuthSuccess {
		ev.Account = ingest.AccountExists
	}
	return true
}

// past finds headings one behind the other, and what follows the last one.
func past(text []byte, headings []string) (rest []byte, ok bool) {
	for _, h := range headings {
		if _, text, ok = bytes.Cut(text, []byte(h)); !ok {
			return nil, false
		}
	}
	return text, true
}

// logonValue is the value at the head of text, as far as the next heading.
func logonValue(text []byte, next string) []byte {
	value, _, _ := bytes.Cut(text, []byte(next))
	for {
		value = bytes.Trim(value, " \t\r\n")
		switch {
		case bytes.HasPrefix(value, []byte("#0")) && len(value) > 3:
			value = value[4:]
		case len(value) > 4 && bytes.HasPrefix(value[len(value)-4:], []byte("#0")):
			value = value[:len(value)-4]
		case bytes.HasPrefix(value, []byte(`\t`)), bytes.HasPrefix(value, []byte(`\r`)), bytes.HasPrefix(value, []byte(`\n`)):
			value = value[2:]
		case bytes.HasSuffix(value, []byte(`\t`)), bytes.HasSuffix(value, []byte(`\r`)), bytes.HasSuffix(value, []byte(`\n`)):
			value = value[:len(value)-2]
		default:
			return value
		}
	}
}
