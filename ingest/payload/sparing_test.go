package payload

import (
	"strings"
	"testing"

	"gumshoe/ingest"
)

// A template works wherever it stands: a text full of other operators does not hide it.
func TestTemplateAmongOperators(t *testing.T) {
	for _, fill := range []string{"p{color:red%3b}", "line%0a", "<b>x</b>", "a%3bb%3b"} {
		text := strings.Repeat(fill, 60)
		for payload, class := range map[string]ingest.Class{"{{7*7}}": ingest.ClassSSTI, "${jndi:ldap://x/a}": ingest.ClassJNDI, "$(id)": ingest.ClassRCE, "`id`": ingest.ClassRCE} {
			if r := Inspect([]byte("/x?body=" + text + payload + text)); r.Class&class == 0 {
				t.Errorf("%s in %q: class %v", payload, fill, r.Class)
			}
		}
	}
}
