package format

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// everySpeaker lists the tables of sentences of the daemons that log through
// syslog and of those with a log of their own.
func everySpeaker() map[string]*repertoire {
	tables := map[string]*repertoire{"proftpd": proftpdSays, "sendmail": sendmailSays, "asterisk": asteriskSays, "postgres": postgresSays,
		"mongo": mongoSays, "charon": charonSays, "guacamole": guacamoleSays, "wireguard": wireguardSays, "cpanel": cpanelSays, "exim": eximSays, "apps": appRepertoire}
	for _, d := range daemons {
		if s, ok := d.new(&shared{}).(*speaker); ok {
			tables[d.programs[0]] = s.says
		}
	}
	for _, f := range formats {
		if l, ok := f.new(setup{seen: new(traits)}).(*ownLog); ok {
			if s, ok := l.messenger.(*speaker); ok {
				tables[f.name] = s.says
			}
		}
	}
	return tables
}

// written writes a sentence out. The client's fields hold text, the daemon's
// are honest.
func (s *sentence) written(text string) string {
	var b strings.Builder
	for i, p := range s.parts {
		switch p.field {
		case fieldLiteral:
			b.Write(p.literal)
		case fieldPeer, fieldAddr, fieldChain:
			b.WriteString(attacker)
		case fieldPort:
			b.WriteString(attacker + ":4022")
		case fieldIP:
			b.WriteString("198.51.100.1")
		case fieldUser, fieldText:
			b.WriteString(text)
		case fieldWords, fieldWord, fieldName:
			if i > 0 && s.parts[i-1].field.isPeer() {
				b.WriteByte(' ')
			}
			b.WriteString("word")
		case fieldNumber, fieldCount:
			b.WriteString("7")
		}
	}
	return b.String()
}

// lies are a message about the bystander, and its last and first parts.
func lies(message string) (texts []string) {
	message = strings.ReplaceAll(message, attacker, bystander)
	texts = append(texts, message)
	at := strings.Index(message, bystander)
	for cut, n := at, 0; cut > 0 && n < 4; n++ {
		cut = strings.LastIndexAny(message[:cut], ` '"<>()[]=:,`)
		texts = append(texts, "x"+message[max(cut, 0):])
	}
	for cut, n := at+len(bystander), 0; at >= 0 && cut < len(message) && n < 4; n++ {
		texts = append(texts, message[:cut]+"x", message[:cut+1]+"x")
		next := strings.IndexAny(message[cut+1:], ` '"<>()[]=:,`)
		if next < 0 {
			break
		}
		cut += 1 + next
	}
	return texts
}

// liesMet: each sentence of a daemon is told with the lies of every so many of its
// others, and with its own; with all of them the test takes minutes.
const liesMet = 8

// Whatever the client's fields hold, be it what any message of the same daemon
// says of the bystander, no sentence may accuse the bystander.
func TestNoSentenceFramesABystander(t *testing.T) {
	victim := netip.MustParseAddr(bystander)
	for name, speaker := range everySpeaker() {
		says, framed := speaker.sentences(), 0
		book := newPhrasebook(says) // of a large table most sentences begin otherwise, and cannot be what a line says
		var saying [256]sentences
		for first := range saying {
			saying[first] = slices.Concat(book.by[first], book.free)
		}
		told := make([][]string, len(says))
		for k := range says {
			told[k] = lies(says[k].written("y"))
		}
		for i := range says {
			texts := []string{"x"}
			if slices.ContainsFunc(says[i].parts, func(p part) bool { return p.field.isClient() }) { // else all lines are alike
				texts = append(append(texts, ""), imitations...)
				for k := range says {
					if (i+k)%liesMet == 0 || k == i {
						texts = append(texts, told[k]...)
					}
				}
			}
			for _, text := range texts {
				var ev ingest.Event
				ev.Reset()
				line := says[i].written(text)
				if len(line) == 0 || !saying[line[0]].tell([]byte(line), &ev) {
					if text == "x" {
						t.Errorf("%s: its own sentence is not understood: %s", name, line)
					}
					continue
				}
				if ev.Src == victim {
					if framed++; framed < 5 {
						t.Errorf("%s frames the bystander: %s", name, line)
					}
				}
			}
		}
	}
}
