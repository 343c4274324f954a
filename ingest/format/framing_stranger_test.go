package format

import (
	"net/netip"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// strangeShapes are messages of a daemon that nobody wrote a parser for. The
// client's text goes to "{}" and ends the message.
var strangeShapes = []string{
	"login failed for {}",
	"login failed for user {}",
	"conn 7: authentication failed for {}",
	"invalid password for account {}",
	"bad password, user: {}",
	"authentication failure: username {}",
}

// strangeNames are accounts with an address that the client wrote.
var strangeNames = []string{
	"x ip=" + bystander,
	"x from " + bystander,
	"x (" + bystander + ")",
	"x [" + bystander + "]",
	"x rhost=" + bystander,
	"x from " + bystander + " port 22",
	"failed x from " + bystander,
	"x y from " + bystander,
	"user x y from " + bystander,
	"x=y from " + bystander,
	"x, client: " + bystander,
	"x (y) [" + bystander + "]",
}

// strangeSource reads one message of newd in a file whose head is the sample.
func strangeSource(sample, message string) netip.Addr {
	const head = "Nov 20 10:00:00 web1 newd[7]: "
	var lines strings.Builder
	for range 3 {
		lines.WriteString(head + sample + "\n")
	}
	var ev ingest.Event
	if Detect("", []byte(lines.String())).NewParser(ingest.Context{}).Parse([]byte(head+message), &ev) != ingest.Parsed {
		return netip.Addr{}
	}
	return ev.Src
}

func TestStrangerIsNotFramed(t *testing.T) {
	victim, culprit := netip.MustParseAddr(bystander), netip.MustParseAddr(attacker)
	for _, shape := range strangeShapes {
		say := func(name string) string { return strings.Replace(shape, "{}", name, 1) }
		for _, name := range strangeNames {
			if strangeSource(say("alice"), say(name)) == victim {
				t.Errorf("no address of its own: %s", say(name))
			}
			for _, own := range []string{" from " + attacker, " ip=" + attacker, " (" + attacker + ")"} {
				if strangeSource(say("alice")+own, say(name)+own) == victim {
					t.Errorf("its own address behind: %s", say(name)+own)
				}
			}
			if own := "[client " + attacker + "] "; strangeSource(own+say("alice"), own+say(name)) == victim {
				t.Errorf("its own address before: %s", own+say(name))
			}
		}
		for _, message := range []string{say("alice") + " from " + attacker, say("alice") + " (" + attacker + ")", "[client " + attacker + "] " + say("alice")} {
			if strangeSource(message, message) != culprit {
				t.Errorf("does not name the attacker: %s", message)
			}
		}
		if message := "[client " + attacker + "] " + say("alice"); strangeSource(say("alice"), message) != culprit {
			t.Errorf("an address before any name is the daemon's: %s", message)
		}
	}
}

// A name of several words is the client's text even where no line of the sample
// tells that the daemon writes no address.
func TestAddressBehindSeveralWords(t *testing.T) {
	for _, name := range []string{"x y from " + bystander, "x=y from " + bystander, "x (y) from " + bystander, "x y (" + bystander + ")", "x y ip=" + bystander} {
		message := "login failed for " + name
		if a := strangeSource(message, message); a.IsValid() {
			t.Errorf("%s: names %s", message, a)
		}
	}
}
