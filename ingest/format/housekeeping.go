package format

import (
	"bytes"
	"slices"

	"gumshoe/ingest"
)

// housekeepers are daemons that talk of this machine alone.
var housekeepers = []string{"rsyslogd", "syslogd", "anacron", "chronyd", "systemd-timesyncd", "systemd-tmpfiles", "dbus-daemon", "irqbalance",
	"smartd", "freshclam", "logrotate"}

// housekeeping reads them. Their lines are understood: none can tell of a client.
type housekeeping struct{}

// message implements messenger.
func (housekeeping) message([]byte, *ingest.Event) string { return whyQuiet }

// postfixInside are the parts of Postfix behind its doors: queues, deliveries, tables.
// What they name are recipients, and the servers that mail was handed to.
var postfixInside = []string{"qmgr", "cleanup", "pickup", "smtp", "lmtp", "local", "virtual", "pipe", "bounce", "error", "discard", "trivial-rewrite",
	"anvil", "scache", "tlsmgr", "proxymap", "verify", "flush", "showq", "master", "postlog", "postsuper", "postfix-script"}

// insidePostfix reports whether a program, "postfix/qmgr" or "postfix-out/smtp", is one
// of them.
func insidePostfix(program []byte) bool {
	_, service, _ := bytes.Cut(program, []byte("/"))
	return slices.Contains(postfixInside, string(service))
}
