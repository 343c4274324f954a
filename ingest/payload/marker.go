package payload

import (
	"bytes"
	"strings"

	"gumshoe/ingest"
)

// markerRules find what scanners leave behind.
var markerRules = []rule{
	{class: ingest.ClassScanner, stage: ingest.StageMarker, at: inTarget | inReferer,
		any:  []string{"acunetix", "netsparker", "invicti", "nessus", "appscan", "wvstest", "acu_", "nikto", "sqlmap", "openvas", "rfiinc.txt", "cirt.net", "jsky_", "wvs_", "burpsuite", "w3af", "arachni", "qualys", "detectify", "nuclei", "zaproxy", "vulnweb", "skipfish", "xsstrike", "projectdiscovery", "zgrab"},
		expr: `acunetix[-_.]|\bacunetix\b.*(?:wvs|test)|acunetix_|netsparker|\binvicti\b|nessus[-_.\d]|appscan_|wvs?test|\bacu_|nikto[-_/.]|\bsqlmap\b.*[=/]|openvas[-_.]|rfiinc\.txt|cirt\.net|\bjsky_|\bwvs_|w3af[-_./]|arachni_|qualys[-_]|nuclei[-_]|testphp\.vulnweb|skipfish[-:]|xsstrike|projectdiscovery\.io|zgrab`},
	{class: ingest.ClassScanner, stage: ingest.StageMarker, at: inTarget, any: []string{padding("a"), padding("x"), padding("../"), padding("%")}}, // tests of lengths
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inAgent, any: []string{"'", `"`},
		expr: `['"]\s*(?:or|and|\|\||&&)\b.{0,60}(?:=|\(|sleep)|['"]\s*(?:--|#|;\s*--)\s*$|['"]\s*(?:waitfor|union)\b`},
}

// padding is what fills a buffer or cuts off an extension: a run that nobody types.
func padding(s string) string { return strings.Repeat(s, 64) }

func contains(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }
