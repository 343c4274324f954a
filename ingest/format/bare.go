package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newBareLog reads messages of sshd and of PAM without stamp, host and program,
// as "journalctl --output=cat" prints them. There is no process to remember, so
// each line says what it says alone.
var newBareLog = newOwnLog(openMessage, newBare)

// bareStarts begin messages that no other program writes so.
var bareStarts = []string{"Failed password for ", "Failed publickey for ", "Failed none for ", "Failed keyboard-interactive/pam for ",
	"Accepted password for ", "Accepted publickey for ", "Accepted keyboard-interactive/pam for ", "Invalid user ", "Connection closed by ",
	"Connection reset by ", "Disconnected from ", "Received disconnect from ", "Disconnecting ", "maximum authentication attempts exceeded for ",
	"error: maximum authentication attempts exceeded for ", "Unable to negotiate with ", "banner exchange: Connection from ", "pam_unix(", "pam_sss("}

func openMessage(_ *clock, line []byte, _ *ingest.Event) (msg []byte, sure, ok bool) {
	for _, start := range bareStarts {
		if bytes.HasPrefix(line, []byte(start)) {
			return line, false, true
		}
	}
	return nil, false, false
}

type bare struct{ sshd, pam messenger }

func newBare(h *shared) messenger { return &bare{newSSHD(h), newPAM(h)} }

// message implements messenger.
func (b *bare) message(msg []byte, ev *ingest.Event) string {
	if isPAM(nil, msg) {
		return b.pam.message(msg, ev)
	}
	return b.sshd.message(msg, ev)
}
