package payload

import "gumshoe/ingest"

// networkRules find what makes the server itself connect somewhere (file
// inclusion from remote, request forgery), what splits protocols, and the
// filters of directories.
var networkRules = []rule{
	{class: ingest.ClassRFI, stage: ingest.StageExtract, at: inValue, any: []string{"http:/", "https:/", "ftp:/", "ftps:/", "//1", "//2"},
		expr: `^\s*(?:(?:https?|ftps?)://?|//)(?:(?:\d{1,3}\.){3}\d{1,3}|\[?[0-9a-f]*:[0-9a-f:]+\]?)(?::\d+)?/\S*\.(?:php\d?|phtml|txt|inc|jpe?g|gif|png|sh|pl|py|asp|jsp|dat|ico|bin)\b|^\s*(?:https?|ftps?)://[^?\s]+\?{1,3}$|^\s*ftps?://|^\s*https?://[^?\s]+\.(?:txt\?\w{1,8}|php\?(?:cmd|exec|c|x|0))=|https?://[^/\s]{1,60}@[^/\s]{1,60}@`},
	{class: ingest.ClassRFI, stage: ingest.StageExtract, on: pair, at: inValue,
		any:  []string{"=http:/", "=https:/"},
		expr: `^&(?:page|file|include|inc|path|dir|template|tpl|lang|module|mod|src|root|absolute_path|mosconfig_\w+|basepath|base_dir|config|conf|body|main|content|site|pagina|abre|ver|doc_root|abspath|skin|theme)=\s*https?:/+[^?\s]+\.(?:txt|php\d?|phtml|inc|sh|pl|gif\?|jpg\?)(?:\?\S*)?$`},
	{class: ingest.ClassSSRF, stage: ingest.StageExtract, at: inTarget, any: []string{"169.254.", "metadata.google", "100.100.100.200", "192.0.0.192", "instance-data", "/latest/meta-data", "metadata.", "a9fe:a9fe", "a9fea9fe", "metadata.tencentyun", "/computemetadata", "2852039166", "7147006462", "25177524776", "425.510.425.510", "0xa9", "0251", "169.0", "169.16689662", "fd00:ec2", "rancher-metadata", "168.63.129.16", "kubernetes.default"},
		expr: `(?:\b169|0x0*a9|\b0+251)\.(?:254|0x0*fe|0+376)\.(?:(?:169|0x0*a9|0+251)\.(?:254|0x0*fe|0+376)|43518|0xa9fe)\b|\b169\.254\.170\.2\b|://169\.254\.|\b169\.16689662\b|\b425\.510\.425\.510\b|\bkubernetes\.default\.svc\b|\bmetadata\.(?:google|azure|oraclecloud|tencentyun|[a-z]+\.(?:net|internal|cloud)\b)|100\.100\.100\.200|192\.0\.0\.192|\binstance-data\b|/latest/meta-data|a9fe:?a9fe|/computemetadata|\b(?:2852039166|7147006462|0*25177524776)\b|fd00:ec2|rancher-metadata|168\.63\.129\.16`},
	{class: ingest.ClassSSRF, stage: ingest.StageExtract, at: inValue, any: []string{"gopher:", "dict:", "ldap:", "ldaps:", "sftp:", "tftp:", "rtmp:", "smb:", "rmi:", "mailto://", "imap:", "telnet:", "netdoc:", "jar:", "ssh:", "redis:", "unix:", "svn:", "nntp:", "ws://localhost"},
		expr: `(?:^|[\s=:"'(])(?:gopher|dict|ldaps?|s?ftp|tftp|rtmpt?s?|smb|rmi|imaps?|pop3|telnet|netdoc|jar|redis|unix|nntp|finger|couchbase|bitcoin|ssh2?):/{1,3}[\w\[@_.:]`},
	{class: ingest.ClassSSRF, stage: ingest.StageExtract, at: inValue, any: []string{"http:", "https:", "//0", "ftp:", "rtmp:", "//127.", "//localhost"},
		expr: `^\s*(?:(?:https?|ftp|rtmp):/{0,3}|//)(?:[^/\s@]{1,40}@)?(?:0x[0-9a-f]{8}\b|0x[0-9a-f]{1,2}(?:\.0x[0-9a-f]{1,2}){3}\b|0x7f(?:\.\d{1,8}){1,3}\b|0o[0-7]{1,4}\.|0+::|0[0-7]{8,12}\b|0[0-7]{1,3}(?:\.0?[0-7]{1,3}){3}\b|\d{8,10}(?:[:/?#]|$)|0(?:\.0\.0\.0)?(?:[:/]|$)|127\.\d+(?:\.\d+)*\b|\[[0-9a-f]*:[0-9a-f:.%\w]*\]|(?:\d{1,3}\.){1,2}\d{1,8}(?:[:/?#]|$)|\d{1,3}\.\d{5,8}\b|(?:[\w.\-]+\.)?localhost\b|(?:10|172|192)(?:\.\d{1,3}){3}:(?:22|25|2375|2376|2379|3306|5432|5984|6379|8500|9200|10250|11211|27017)\b|(?:localtest|lvh)\.me\b|[\w.\-]*\.(?:localtest\.me|nip\.io|xip\.io|sslip\.io|lvh\.me|internal|service\.consul)\b|\\+\w)`, check: notCallback},
	{class: ingest.ClassSSRF, stage: ingest.StageExtract, on: plain, at: inTarget | inAgent | inReferer, any: []string{"burpcollaborator", "oastify.com", "interact.sh", "oast.", "requestbin", "dnslog.", "ceye.io", "webhook.site", "bxss.me", "r87.me", "xss.ht", "canarytokens", "pipedream.net", "dnsbin", ".1u.ms", ".rbndr.us"},
		expr: `burpcollaborator\.net|oastify\.com|interact\.sh|\boast\.(?:pro|live|site|online|fun|me)\b|requestbin\.|dnslog\.|\bceye\.io|webhook\.site|\bbxss\.me|\br87\.(?:me|com)|\bxss\.ht\b|canarytokens\.|pipedream\.net|dnsbin|-rr\.1u\.ms\b|\b[0-9a-f]{8}\.rbndr\.us\b`},
	{class: ingest.ClassSSRF, stage: ingest.StageLogic, at: inValue, any: []string{"://"},
		expr: `://[^/\s]{0,60}[\x{2460}-\x{24ff}\x{3002}\x{ff0e}\x{ff10}-\x{ff19}]|://[^/\s]{1,60}\s&?@[^/\s]+\s@`},
	{class: ingest.ClassSSRF, stage: ingest.StageLogic, at: inValue, any: []string{`/\`, `\/`}, expr: `^(?:/\\|\\/\\?/)[/\\]*[\w\-]+(?:\.[\w\-]+)+`}, // browsers take it for "//host"
	// A query that is no parameter but makes another host of what a proxy puts in front of it:
	// "?@x.example/owa/".
	{class: ingest.ClassSSRF, stage: ingest.StageExtract, at: inValue | inName, any: []string{"@"}, expr: `^[\w.\-]{0,40}@[\w\-]+(?:\.[\w\-]+)+(?::\d+)?/`, check: notNamed},
	{class: ingest.ClassSSRF, stage: ingest.StageLogic, on: tight, at: inValue, any: []string{`http://\`, `https://\`}, expr: `https?://\\+\w`},

	{class: ingest.ClassCRLF, stage: ingest.StageLogic, at: inTarget, any: []string{"\n", "\r", `\r\n`, `\nset-`, `\nloc`, "嘊", "嘍", "\u560d", "\u560a"},
		expr: `(?:[\r\n]|\\r\\n|\\n|\x{560a}|\x{560d})\s*(?:set-cookie|location|content-(?:type|length|disposition|encoding)|host|refresh|x-[\w\-]+|transfer-encoding|access-control-[\w\-]+|link|via|http/\d|<html|<script|status)\s*[:/ ]`},
	{class: ingest.ClassCRLF, stage: ingest.StageLogic, at: inTarget, any: []string{"\n", "\r"},
		expr: `[\r\n]\s*(?:(?:helo|ehlo|expn|vrfy|retr|uidl|dele|mail from|rcpt to)\b(?:\s*[:<]|\s+\S|\s*$)|(?:bcc|cc|to|from|subject|content-type)\s*[:<]|(?:slaveof|replicaof|config\s+set|flushall|bgsave)\b|(?:stat|list|quit|noop|data|capability|stls|rset)\s*(?:[\r\n]|$)|(?:user|pass|list|top|select|examine|fetch|append|auth|login)\s+\S+(?:\s+[\d*]\S*)?\s*(?:[\r\n]|$)|[a-z]\d+\s+(?:login|capability|fetch|select|examine|list|status|search|expunge)\b)`},
	{class: ingest.ClassCRLF, stage: ingest.StageLogic, at: inTarget, any: []string{"http/"},
		expr: `\b(?:get|post|head|options|connect|put|delete|trace|track|patch|propfind)\s+(?:/|\w+://)?\S*\s+http/\d`},
	{class: ingest.ClassCRLF, stage: ingest.StageLogic, at: inPath, any: []string{"\n", "\r"}, expr: `[\r\n]`},
	{class: ingest.ClassCRLF, stage: ingest.StageLogic, at: inValue | inName, any: []string{"\n", "\r"}, expr: `^[^\s=]{1,40}[\r\n]+\s?[\w.\-]{2,24}=[^=\s]*$|^[^\s]{0,40}[\r\n]+\s?[\w.\-]{2,24}$|^\S{0,20}[\r\n]+[a-z]+(?:-[a-z]+)+:\S+$|^\S{0,20}(?:\r?\n){2}\s*<\w`, check: headerLike},

	{class: ingest.ClassLDAP, stage: ingest.StageLogic, at: inQuery, any: []string{")(", "*)(", "(&", "(|", "objectclass", ":2.5.13", ") (", ")(|", "(!"},
		expr: `\)\s*\(\s*[|&!]?\s*\(?\s*[\w.\-:]+\s*[~<>]?=|\)\s*\(\s*[|&!]|\*\s*\)\s*\(|[(*]\s*\|?\s*\(\s*objectclass\s*=|^\s*\(?[&|!]\s*\(\w+=|:2\.5\.13\.\d+:=|\)\s\(\s?[|&!]`},

	{class: ingest.ClassXXE, stage: ingest.StageExtract, at: anywhere, any: []string{"!entity", "<!doctype", "<!element", "+adwaiq", "schemalocation", "xi:include", "<xsl:", "<!attlist", "xml-stylesheet", "+adw-!"},
		expr: `!entity\s+\S+|<!doctype\s+\S+\s*(?:\[|system|public)|<!element\s|\+adwaiq-|schemalocation\s*=\s*["']?\w*:?//|schemalocation\s*=\s*["'][^"']*https?:|<xi:include|<xsl:(?:include|import|value-of|variable|copy-of)|<!attlist|<\?xml-stylesheet\s[^>]*\bhref\s*=\s*["']?(?:\w+:)?//`},
}

// notCallback lets an application on the visitor's own machine be called back:
// OAuth 2.0 for native apps uses loopback addresses (RFC 8252).
func notCallback(v *value) (ingest.Class, ingest.Stage) {
	if string(v.name) == "redirect_uri" {
		return 0, 0
	}
	for _, path := range []string{"/callback", "/oauth", "/auth", "/login", "/signin"} {
		if contains(v.plain, path) {
			return 0, 0
		}
	}
	return ingest.ClassSSRF, ingest.StageExtract
}

// notNamed accepts what has no name of a parameter, or is one.
func notNamed(v *value) (ingest.Class, ingest.Stage) {
	if v.at == inValue && len(v.name) != 0 {
		return 0, 0
	}
	return ingest.ClassSSRF, ingest.StageExtract
}

// headerLike accepts a line end in a single word that continues as another
// parameter or header; text areas hold sentences.
func headerLike(v *value) (ingest.Class, ingest.Stage) {
	if contains(v.plain, " ") && !contains(v.plain, "=") {
		return 0, 0
	}
	return ingest.ClassCRLF, ingest.StageLogic
}
