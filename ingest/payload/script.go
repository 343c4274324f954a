package payload

import (
	"bytes"

	"github.com/corazawaf/libinjection-go"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// scriptRules find cross-site scripting: markup that runs, and script that a
// page would run if it took the value for code.
var scriptRules = []rule{
	{class: ingest.ClassXSS, at: inTarget | inAgent, any: []string{"<", "on", "style", "src", "href"}, odd: true, check: scriptSyntax},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, at: anywhere, any: []string{"script"}, odd: true,
		expr: `<[^>]{0,10}script\b|</\s*script|\bscript\s*>.*(?:alert|document|eval)`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, dear: true, on: plain, at: inTarget, any: []string{"<"},
		expr: `<\s*/?\s*(?:svg|img|image|iframe|frame|frameset|object|embed|applet|meta|link|base|body|html|video|audio|source|track|details|marquee|math|form|input|button|textarea|select|keygen|isindex|layer|ilayer|bgsound|style|xml|xss|template|animate|set|a|div|table|td|p|b|i|x|h\d|br|audio|dialog|portal|slot|var|abbr|font|custom-\w+|\w+:\w+)\b[^>]{0,60}?(?:\bon[a-z]{3,40}\s*=|javascript:|vbscript:|data:|src\s*=|srcdoc\s*=|formaction\s*=|style\s*=|xlink:href|expression\s*\(|background\s*=|http-equiv)`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain, at: anywhere, any: []string{"<svg", "<iframe", "<embed", "<object", "<applet", "<marquee", "<bgsound", "<layer", "<isindex", "<frameset", "<math", "<meta", "<plaintext", "<esi:", "<!--esi"},
		expr: `<(?:svg|iframe|embed|object|applet|marquee|bgsound|layer|isindex|frameset|math|meta|plaintext)[\s/>]|<esi:|<!--esi`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain, at: anywhere, any: []string{" on", "/on", `"on`, "'on", "`on", ";on", "\non", "<"},
		expr: `(?:<[^>]*|["'` + "`" + `;/\x{ff0f}]\s*|^\s+|\s)\bon(?:[a-z]{3,10}(?:start|end|over|out|down|up|move|enter|leave|cancel|change|input|press|click|menu|error|load|focus|blur|show|toggle|begin|repeat|wheel|scroll|play|drag|drop|copy|cut|paste|state|message|hide)[a-z]*|click|load|error|focus|blur|abort|submit|reset|select|change|input|toggle|play|wheel|scroll|begin|finish|start|bounce|resize|message|cut|copy|paste|drag|drop|show|end)\s*=\s*["'` + "`" + `]?\s*[\w(\[\\{!+\-~&%#]`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain, at: inQuery, any: []string{" on", `"`, "'", "`", "<"},
		expr: `["'` + "`" + `<]\s*\W{0,6}on[a-z]{6,50}\s*=|^\s+on[a-z]{3,50}\s*=`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inTarget,
		any:  []string{"javascript:", "vbscript:", "livescript:", "data:text/html", "data:image/svg", "data:application/x", "data:text/xml", "javascript&", "data:,", "-moz-binding", "expression("},
		expr: `(?:java|vb|live)script:(?:[^/]|//|/\*|$)|data:(?:text/(?:html|xml|javascript)|image/svg\+?xml|application/x)|data:,(?:alert|eval)|-moz-binding|:expression\(`, check: notIdle},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain | tight, at: anywhere,
		any: []string{"alert", "prompt", "confirm", "eval", "settimeout", "setinterval", "fromcharcode", "function(", "function (", "new function", "atob", "btoa", "execscript", "importscripts", "msgbox"}, odd: true,
		expr: `(?:^|[^\w.])(?:(?:window|top|self|parent|frames|this|globalthis|document)\s*\.\s*)?(?:alert|prompt|confirm|eval|settimeout|setinterval|execscript|importscripts|atob|btoa|msgbox)(?:\s*\?\.)?\s*(?:\.\s*(?:call|apply|bind)\s*)?(?:\)\s*)?(?:\(|` + "`" + `|<x>\()` +
			`|string\s*\.\s*fromcharcode|\bnew\s*function\s*\(|[=(:;,]\s*\(?(?:alert|prompt|confirm|eval)\)?\s*\(|\bconstructor\s*\(|\(\s*(?:alert|confirm|prompt|eval)\s*\)|["'\]]\s*;?\s*-?\s*alert\b|[=,;]\s*(?:alert|confirm|prompt|eval)\s*[,;]`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inTarget,
		any:  []string{"window[", "top[", "self[", "this[", "parent[", "frames[", "globalthis[", "document["},
		expr: `(?:window|top|self|this|parent|frames|globalthis|document)\[(?:["'/` + "`" + `(\d]|object\.keys)`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery, any: []string{"fetch(", "sendbeacon(", "cookiestore.", "image().src"}, odd: true,
		expr: `\bfetch\(["'` + "`" + `](?:https?:)?//|\bnavigator\.sendbeacon\(|\bcookiestore\.get|\bimage\(\)\.src=`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery | inReferer,
		any:  []string{"document.", "window.location", "window.open(", "location.href", `"location=`, "'location=", ";location=", "localstorage", "innerhtml", "self.location", "top.location", "navigation."},
		expr: `document\.(?:cookie|domain|write(?:ln)?|location|body|url|documentelement|createelement|getelement\w+|queryselector|forms|referrer)\b(?:[=(\[;.+)},]|$)|(?:window|top|self|parent)\.(?:location|name|open|cookie)(?:[=.(\[]|$)|[;"']location(?:\.href)?=|localstorage\.|\.innerhtml|navigation\.navigate`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery, any: []string{".call", ".apply", ".bind", "reflect.", "$.get", "$.ajax", "$.global"}, odd: true,
		expr: `\breflect\.(?:apply|construct)\(|\$\.(?:getscript|ajax|globaleval)\(|(?:\]|\breflect)\.\w+\.(?:call|apply|bind)[` + "`" + `(]`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery, any: []string{">=&{()}"}}, // what shows which of the characters get through
	{class: ingest.ClassXSS, stage: ingest.StageSyntax, on: plain, at: inQuery, any: []string{`">`, `'>`, "<!--", "-->"}, expr: `["']\s*/?>|<!--|-->`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery,
		any:  []string{"<script", "<form", "<dialog", "<iframe", "<object", "<embed", "<svg", "<style", "<meta", "<link", "<body", "<html", "<x:", "<?xml"},
		expr: `<(?:\w+:)?(?:script|form|dialog|iframe|object|embed|svg|style|meta|link|body|html)`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery, any: []string{"formaction=", "srcdoc=", "xlink:href", "autofocus"},
		expr: `["'<\s/]formaction=|["'<\s/]srcdoc=|xlink:href=|autofocus.*on[a-z]+=`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: tight, at: inQuery, any: []string{"[]["},
		expr: `(?:\[\]\[|!\[\]\+|\+\[\]|\+!!\[\]){2,}`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain, at: inQuery, any: []string{"@import", "behavior:", "behaviour:", "binding:", " style=", `"style=`, "'style="},
		expr: `@import\s+["'u]|behaviou?r\s*:\s*url|["'\s]style\s*=\s*["']?[^"']*(?:expression|url\s*\(|position\s*:)`},
	{class: ingest.ClassXSS, stage: ingest.StageLogic, on: plain, at: inQuery, any: []string{"+adw-", "¼script", "¾"}, expr: `\+adw-|\x{bc}script|\x{ad}`},
}

// scriptSyntax asks libinjection, which parses the value as HTML in each of the
// contexts that a page may put it in.
func scriptSyntax(v *value) (ingest.Class, ingest.Stage) {
	if !bytes.ContainsAny(v.decoded, "<>\"'`=") || !libinjection.IsXSS(string(v.decoded)) {
		return 0, 0
	}
	// Outside of markup libinjection takes any word before "=" for an attribute;
	// "style=" and the like are believed only after a quote or a bracket. It also
	// takes the declaration of any XML document for an attack.
	if !bytes.ContainsAny(v.decoded, "<\"'`") || bytes.Contains(v.plain, []byte("<?x")) {
		return 0, 0
	}
	return ingest.ClassXSS, ingest.StageLogic
}

// idle finds a link that does nothing or only moves the browser. Crawlers that take it
// for an address ask for "/page/javascript:void(0);".
var idle = lazyregexp.New(`^[^:]*javascript:(?:void\s?\(?\s?0?\s?\)?|history\.(?:back|forward|go)\([\-\d]*\)|window\.(?:print|close)\(\)|return false|[;#\s])+$`)

func notIdle(v *value) (ingest.Class, ingest.Stage) {
	if idle().Match(v.plain) {
		return 0, 0
	}
	return ingest.ClassXSS, ingest.StageLogic
}
