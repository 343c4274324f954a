package payload

import (
	"bytes"
	"strings"

	"gumshoe/ingest"
)

// markerRules find what scanners leave behind and what is addressed to language
// models that read logs.
var markerRules = []rule{
	{class: ingest.ClassScanner, stage: ingest.StageMarker, at: inTarget | inReferer,
		any:  []string{"acunetix", "netsparker", "invicti", "nessus", "appscan", "wvstest", "acu_", "nikto", "sqlmap", "openvas", "rfiinc.txt", "cirt.net", "jsky_", "wvs_", "burpsuite", "w3af", "arachni", "qualys", "detectify", "nuclei", "zaproxy", "vulnweb", "skipfish", "xsstrike", "projectdiscovery", "zgrab"},
		expr: `acunetix[-_.]|\bacunetix\b.*(?:wvs|test)|acunetix_|netsparker|\binvicti\b|nessus[-_.\d]|appscan_|wvs?test|\bacu_|nikto[-_/.]|\bsqlmap\b.*[=/]|openvas[-_.]|rfiinc\.txt|cirt\.net|\bjsky_|\bwvs_|w3af[-_.]|arachni_|qualys[-_]|nuclei[-_]|testphp\.vulnweb|skipfish[-:]|xsstrike|projectdiscovery\.io|zgrab`},
	{class: ingest.ClassScanner, stage: ingest.StageMarker, at: inTarget, any: []string{padding("a"), padding("x"), padding("../"), padding("%")}}, // tests of lengths
	{class: ingest.ClassLLM, stage: ingest.StageMarker, at: anywhere,
		any:  []string{"ignore", "disregard", "forget", "system prompt", "you are", "</system", "<system", "[inst]", "<|im_start", "<|endoftext", "assistant:", "system:", "new instructions", "as an ai", "instruction", "do not report", "mark this", "classify this", "respond with", "language model", "jailbreak", "override"},
		expr: `\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|your|preceding|system)\b.{0,30}\b(?:instructions?|prompts?|rules?|directions?|context|guidelines)\b|\b(?:your|the|my|this|reveal|print|show|new|hidden)\s+system\s+prompt\b|\bsystem\s+prompt\s*[:=]|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:ai|helpful|assistant|language|llm|chatgpt|gpt|claude|no longer|dan\b|in developer|the admin)|</?system\s*>|\[/?inst\]|<\|(?:im_start|im_end|endoftext|system|user|assistant)|\b(?:new|updated|important)\s+instructions?\s*:|^\s*(?:system|assistant)\s*:\s|\bas\s+an\s+ai\b|\b(?:note|attention|message|instructions?)\s+(?:to|for)\s+(?:the\s+)?(?:ai|llm|assistant|model|analyst|language)\b|\b(?:do\s+not|don't)\s+(?:report|flag|ban|block|alert)\b.{0,40}\b(?:ip|address|request|this|source|me)\b|\b(?:mark|classify|label|treat|report|rate)\s+(?:this|it|me|these|the)\b.{0,40}\b(?:as\s+)?(?:benign|safe|harmless|trusted|legitimate|false positive)\b|\b(?:respond|reply|answer|output)\s+(?:only\s+)?with\b.{0,30}\b(?:benign|safe|json|ok|yes)\b|\blanguage\s+model\b.{0,60}\b(?:must|should|please|reading)\b`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inAgent, any: []string{"'", `"`},
		expr: `['"]\s*(?:or|and|\|\||&&)\b.{0,60}(?:=|\(|sleep)|['"]\s*(?:--|#|;\s*--)\s*$|['"]\s*(?:waitfor|union)\b`},
}

// padding is what fills a buffer or cuts off an extension: a run that nobody types.
func padding(s string) string { return strings.Repeat(s, 64) }

func contains(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }
