package payload

import (
	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// templateRules find expressions for server-side template engines. A bare name
// in braces is a placeholder that somebody forgot to fill, and harmless.
var templateRules = []rule{
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, dear: true, at: anywhere, any: []string{"{{"},
		expr: `\{\{\s*(?:[^}]{0,60}(?:[*+/|()\[\]]|__|'\s*|-\s*\d|\bconfig\b|\bself\b|\bsettings\.|\bsecret|@|\brequest\b|\bconstructor\b|\bthis\b|\.signer\b|\b_self\b|#with)[^}]{0,60})(?:\}\}|$)`, check: notWiki},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, dear: true, at: anywhere, any: []string{"${", "#{", "*{", "@{", "~{", "%{", "@("},
		expr: `[$#*@~%]\{\s*(?:\(?\d+\s*[*+\-/]\s*['"]?\d+|\(\d+\s\d+\)|[$%]?\(?#\w|\.\w+\s*\}|[^}]{0,60}[\w"')\]]\s*\([^}]{0,60}\)|[^}]{0,60}(?:\.getclass|class\b|runtime|['"]\s*\.|\[['"\w]+\]\s*\[|\bt\())|@+\{\s*\[|@\(\s*\d+\s*[*+]\s*\d+\s*\)|\$\{\{|#\{\s*\w+\.\w+\s*\(|\$\{\s*self\.(?:module|template|context|attr)\b`},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inTarget, any: []string{"<%", "{%", "[%"},
		expr: `<%=?\s*(?:[^%]{0,60}(?:[*+/()\[\]'"` + "`" + `.:;@]|\bif\b|\bend)[^%]{0,60})%>|<%@|<%!|\{%-?\s*(?:if|for|set|include|import|extends|block|macro|from|with|debug|print|do|raw|exec|load|call|filter|end\w+|\w+\s+[^\s%])|\[%\s*\w`},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inQuery, any: []string{"{php}", "{$smarty", "{literal}", "#set", "#include(", "<#", "__class__", "__globals__", "__mro__", "__subclasses__", "__builtins__", "__init__", "[[${", "th:", "{system(", "{if ", "{self::", "#foreach", "|attr(", "{math", "[[*"},
		expr: `\{php\}|\{\$smarty|\{literal\}|#set\s*\(\s*\$|#include\s*\(|<#(?:assign|list|if|include|import|macro|setting|function|attempt)\b|__(?:class|globals|mro|subclasses|builtins|init|import|base|dict)__|\[\[[$*]|\{(?:system|passthru|self::|math\s)|\{if\s+\w+\(|#foreach\s*\(|\|attr\(|<\w+\s+th:`},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inQuery, any: []string{"{"}, expr: `^\s*[%@~$#*!]?\{\s*\d{1,9}\s*\*\s*\d{1,9}\s*\}\s*$`},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inQuery, any: []string{"[="}, expr: `^\s*\[=\s*\d{1,9}\s*\*\s*\d{1,9}\s*\]\s*$`}, // FreeMarker's other brackets
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inQuery, any: []string{"smarty_", "root.process", "applicationscope", "sessionscope", "requestscope", "pagecontext", "{param", "{header", "{initparam"},
		expr: `\bsmarty_(?:internal|security)|\broot\.process\b|[$#]\{\s*(?:(?:application|session|request|page)scope|pagecontext|initparam|(?:param|header)(?:values)?\s*[.\[])`},
	{class: ingest.ClassSSTI, stage: ingest.StageExtract, at: inTarget, any: []string{"#{", "${", "'+{", "' {"},
		expr: `'\s*\+?\s*\{\s*\d{1,6}\s*[*+\-]\s*\d{1,6}\s*\}|[#$]\{\s*\d{1,6}\s*[*+\-/%]\s*\d{1,6}\s*\}|#\{\s*%x|#\{\s*system|#\{\s*` + "`"},
}

// wiki finds what a template of MediaWiki looks like, whose arguments have names:
// "{{cite web|url=https://example.org/a|title=A}}".
var wiki = lazyregexp.New(`^\s*\{\{[a-z][\w ]*(?:\|\s*[\w ]+=[^|{}()\[\]]*)+\}\}\s*$`)

func notWiki(v *value) (ingest.Class, ingest.Stage) {
	if wiki().Match(v.plain) {
		return 0, 0
	}
	return ingest.ClassSSTI, ingest.StageExtract
}
