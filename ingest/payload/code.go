package payload

import (
	"bytes"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// endless is the condition of a loop that never ends. People look for such loops, too:
// without a body it has to begin a value, or to follow what ends a string or a statement.
const endless = `\s*\(\s*(?:[-+]?(?:[1-9]\d*|infinity)|true|this|string|new\s*date|!(?:[-+]?0|false|null|undefined|nan|''|""|` + "`" + `{2})|!!(?:\{\}|\[\]|""|''|` + "`" + `{2}))\s*\)`

// codeRules find code for the languages that web applications are written in.
var codeRules = []rule{
	// PHP
	{class: ingest.ClassPHP, stage: ingest.StageExtract, at: anywhere, any: []string{"php:", "phar:", "expect:", "zlib:", "glob:", "zip:", "ogg:", "rar:", "data:", "ssh2", "bzip2:"},
		expr: `\b(?:php://(?:input|filter|fd|memory|temp|stdin|output|std)|php:/|phar:/|expect:/|compress\.(?:zlib|bzip2):/|zlib:|glob://|zip://|ogg://|rar://|ssh2(?:\.(?:s?(?:ftp|cp)|shell|tunnel|exec))?://|bzip2:)|\bdata:(?://)?(?:text/plain|(?:(?:text|application|image/svg)[\w/+.\-]*)?;\s*base64|[\w/+.\-]*;\s*base64,(?:pd9|phn)|,<\?)`}, // or a picture, but for "<?" and "<s" in base64
	{class: ingest.ClassPHP, stage: ingest.StageExecute, at: anywhere, any: []string{"<?", "[php]", "[/php]"},
		expr: `<\?(?:php\b|=|\s*[@$\\(]|\s+(?:echo|print|eval|system|exec|passthru|include|require|if|for|while|die|exit|function)\b|xml\s*(?:\(|:\s*[a-z]+[\s(])|$)|\[/?php\]`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, on: plain, at: notReferer, any: []string{"$_", "$globals", "$argv", "$this", "$http_", "$php_", "$"},
		expr: `\$_(?:get|post|request|server|cookie|files|session|env)\b|\$(?:globals|argv|http_\w+)\b|\$\w+\s*=[^=]{1,60};|\$\w+\s*(?:/\*.*\*/)?\s*\(.*\)\s*;|\$\{?\s*_(?:get|post|request)|\$\w+(?:\[[^\]]*\])+\s*\(|\(\s*\$\w+\s*\)\s*\(|\$\s+\{\s*['"$]`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, on: plain | tight, at: notReferer,
		any: []string{"system", "exec", "passthru", "popen", "proc_open", "assert", "base64_decode", "call_user_func", "create_function", "file_get_contents", "file_put_contents", "fwrite", "fputs", "gzinflate", "gzuncompress", "move_uploaded_file", "phpinfo", "preg_replace", "readfile", "str_rot13", "var_dump", "print_r", "ini_set", "include", "require", "chr(", "highlight_file", "show_source", "unserialize", "array_", "eval", "scandir", "opendir", "getenv", "putenv", "php_uname", "phpversion", "define", "curl_exec", "bzopen", "ob_start", "register_shutdown", "is_", "fopen", "unlink", "hex2bin", "die", "exit(", "print", "echo", "parse_ini", "simplexml", "get_defined", "posix_", "usort", "strrev", "implode", "sprintf", "func_get", "date_add", "unpack", "strip_tags", "stripslashes", "addslashes", "htmlspecial", "html_entity", "mysql_", "pg_query", "stream_", "session_", "ctype_", "mb_", "openssl_", "bin2hex", "chr (", "pcntl", "sys_get", "fsockopen", "tmpfile", "tempnam", "mcrypt_", "ucfirst", "lcfirst", "nl2br", "parse_str", "iptcembed", "filemtime", "is_callable", "json_"}, odd: true,
		expr: `(?:^|[^\w.])(?:shell_exec|passthru|popen|proc_open|assert|base64_decode|call_user_func(?:_array)?|create_function|file_get_contents|file_put_contents|file_exists|fwrite|fputs|fopen|gz(?:inflate|uncompress|decode|open|read)|move_uploaded_file|phpinfo|phpversion|php_uname|preg_replace(?:_callback)?|readfile|str_rot13|var_dump|print_r|ini_set|ini_get|highlight_file|show_source|unserialize|array_\w+|assert_options|unpack|strip_tags|(?:strip|add)c?slashes|html(?:specialchars|_entity)\w*|ctype_\w+|mb_\w+|openssl_\w+|mcrypt_\w+|session_\w+|bin2hex|fsockopen|tmpfile|tempnam|[ul]cfirst|nl2br|parse_str|iptcembed|json_(?:encode|decode)|scandir|opendir|getenv|putenv|curl_exec|bzopen|ob_start|register_shutdown_function|hex2bin|parse_ini_file|simplexml_load_\w+|get_defined_\w+|posix_\w+|usort|strrev|is_(?:file|dir|a|callable|uploaded_file)|func_get_args?|pcntl_exec|exec|system|eval|sys_get_temp_dir|unlink|date_add|error_log|session_start|symlink|mysql_query|mysqli_\w+|pg_query|stream_\w+)\s*(?:/\*.*\*/|//[^\n]*\n|#[^\n]*\n)?\s*["']?\(\s*(?:[^\s)]|\)|$|\s)` +
			`|\bchr\s*\(\s*(?:0x)?\d+\s*\)\s*\.|\b(?:include|require)(?:_once)?\s*[(\s]\s*["'$]|\bdefine\s*\(\s*["']|\breturn\s*["']\w+["']\s*\(|["']\s*\)?\s*\(\s*["']\w+["']?\s*\)|\b(?:die|exit)\s*\(\s*[\w"'@]|\bdie\s*\(\s*\)|\b(?:print|echo|printf)\s*\(?\s*(?:md5|\d+\s*[*+\-]\s*\d+|["'$]\S*["']\s*[.;]|[a-z_]+\()`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, on: tight, at: inTarget, any: []string{"system", "exec", "passthru", "phpinfo", "assert", ".("}, odd: true,
		expr: `[("'\[{](?:system|exec|shell_exec|passthru|phpinfo|assert|popen)["')\]}]+(?:\[\d\][)}]*)*\(|\(\w{1,8}\.\(\w{1,8}\)(?:\.\w{1,8})?\)\(|\{?\[system\]`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, at: anywhere, any: []string{"allow_url_include", "auto_prepend_file", "auto_append_file", "disable_functions", "safe_mode=", "open_basedir", "invokefunction", "session.auto_start", "php_value", "allow_url_fopen", "_method=__construct", "mosconfig", "zend_", "pearcmd", "config-create", "__halt_compiler", "reflectionfunction", "http_raw_post_data", "cgi.force_redirect", "cgi.redirect_status"},
		expr: `\b(?:allow_url_(?:include|fopen)|auto_(?:prepend|append)_file|disable_functions|safe_mode|open_basedir)\b\s*(?:=|\s)|invokefunction|_method=__construct|mosconfig|php_value|pearcmd|config-create|__halt_compiler|\breflectionfunction\s*\(|http_raw_post_data|\bcgi\.(?:force_redirect|redirect_status_env)\b`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, at: inQuery, any: []string{"'.", `".`, "' .", `" .`}, expr: `["']\s*\.\s*[a-z_]\w{2,30}\s*\([^)]*\)\s*\.\s*["']`},
	{class: ingest.ClassPHP, stage: ingest.StageLogic, on: pair, at: inValue, any: []string{"&globals", "&_server", "&_session", "&_get", "&_post", "&_request", "&_cookie", "&_env", "&_files"}, // variables that a script should have from nobody
		expr: `^&(?:globals|_(?:server|session|get|post|request|cookie|env|files))(?:\[|%5b)`},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, at: inPath, any: []string{"eval-stdin.php", "/_ignition/execute-solution"}},
	{class: ingest.ClassPHP, stage: ingest.StageExecute, at: anywhere, any: []string{"o:", "c:"}, odd: true, expr: `(?:^|[;{=|&])[oc]:[+ ]?\d+:\\?"[^"]+\\?":\d+:\{`},

	// Objects of the languages that call methods while they read one.
	{class: ingest.ClassJava, stage: ingest.StageExecute, at: inQuery, any: []string{"ro0ab", "aaeaaad", "aqaaap////8", "gasv", "bahv"}, check: serialized},

	// Java and the expression languages of its frameworks
	{class: ingest.ClassJNDI, stage: ingest.StageExecute, dear: true, on: plain | tight, at: anywhere, any: []string{"jndi", "${", "ldap:"},
		expr: `\$\{?\s*(?:jndi|base64:(?:am5kaq|jhtqbmrp))|\$\{[^}]{0,60}\$\{(?:lower|upper|env|sys|date|main|ctx|[^}]{0,20}:-)|\$\{(?:env|sys|main|ctx|lower|upper|date|web|docker|k8s|java|spring|marker|bundle|log4j):[\w.\-'"]+|\$\{::-\w|jndi:\s*(?:ldaps?|rmi|dns|nis|iiop|corba|nds|https?|\$|:)`},
	{class: ingest.ClassJava, stage: ingest.StageExecute, on: plain | tight, at: anywhere,
		any:  []string{"java.lang", "java.io", "java.net", "java.util", "javax.", "classloader", "ognl", "memberaccess", "getruntime", "processbuilder", "xwork", "com.sun.", "org.apache", "aced0005", "getclass", "scriptengine", "springframework", "forname(", "freemarker", "runtime.exec", "redirect:$", "redirect:%", "redirectaction:", "#context", "#request", "t(java", "bsh.", "javassist", "_typeresolver", "thread.sleep", "#_", "#application", `"@type"`},
		expr: `"@type"\s*:\s*"\[?l?(?:javax?|com|org|ch|br|oracle|sun)\.[\w.$]+"|\bjava\.(?:lang|io|net|util|nio|beans)\.\w|\bjavax\.(?:script|naming|el|management)|class\.?module|\bclassloader\b|\bognl\b|memberaccess|getruntime|processbuilder|\bxwork|\bcom\.sun\.|\borg\.apache\.(?:commons|xalan|struts|tomcat|logging|catalina)|aced0005|\.getclass\b|scriptengine|springframework\.|\bforname\s*\(|freemarker\.|runtime\.exec|redirect(?:action)?:[$%]\{|\(?#(?:context|request|application|session|parameters|_)\b|\bt\s*\(java|\bjavassist|\bbsh\.(?:interpreter|servlet)|thread\.sleep\s*\(`, check: notClassName},

	// JavaScript on the server, and its databases
	{class: ingest.ClassNoSQL, stage: ingest.StageLogic, at: inQuery, any: []string{"$ne", "$gt", "$lt", "$eq", "$in", "$nin", "$regex", "$where", "$or", "$and", "$exists", "$not", "$nor", "$mod", "$size", "$type", "$all", "$elemmatch", "$expr", "$func", "$lookup"},
		expr: `(?:[\[{"'.,(\s]|^)\$(?:ne|gte?|lte?|eq|n?in|regex|where|n?or|and|exists|not|mod|size|type|all|elemmatch|expr|func|function|lookup|text|jsonschema|options)(?:[\]}"':=\s]|$)`, check: notFilter},
	{class: ingest.ClassNoSQL, stage: ingest.StageExtract, at: inQuery, any: []string{"db.", "this.", "mapreduce", "new date()", "curdate", "objectid(", "return true", "return(true", "||'", "|| '"},
		expr: `\bdb\.\w+\.(?:insert|find|remove|update|drop|save|count|aggregate|stats)\w*\s*\(|\bdb\.(?:getcollection|version|dropdatabase|adminCommand)|(?:['"&|]\s*|return\s+|^)this\.\w+(?:\.match\(|\s*[!=]=|\[)|do\s*\{.{0,60}new\s+date\s*\(|['"]\s*;\s*return\s*\(?\s*true\b|['"]\s*\|\|\s*['"]?\w*['"]?\s*==`},
	{class: ingest.ClassNoSQL, stage: ingest.StageLogic, on: pair, at: inValue, any: []string{"__startswith=", "__istartswith=", "__endswith=", "__iendswith=", "__contains=", "__icontains=", "__regex=", "__iregex=", "__has_", "__contained_by=", "__gt", "__lt", "with]=", "contains]=", "like]="}, // lookups of an object mapper that guess a secret letter by letter
		expr: `^&(?:\w+__)?\w*(?:passw|passwd|secret|token|hash|otp|ssn|api_?key|private)\w*__i?(?:startswith|endswith|contains|regex|gt|gte|lt|lte)=|^&\w+__(?:i?regex|has_(?:any_)?keys?|contained_by)=|^&\w+(?:\[\w+\])*\[\w*(?:passw|secret|token|hash|otp|api_?key)\w*\]\[[_$]?i?(?:starts_?with|ends_?with|contains|regex|like|gte?|lte?)\]=`},
	// XPath
	{class: ingest.ClassNoSQL, stage: ingest.StageLogic, at: inQuery, odd: true, any: []string{"//", "/*", "name(", "::", "unparsed-text"},
		expr: `['"\])]\s*\|\s*/{1,2}[\w*@]|^//\w+\[\w[^\]]{0,60}=\s*['"]|\b(?:count|name|local-name|string-length|substring|normalize-space|contains|starts-with|doc|doc-available|unparsed-text)\s*\(\s*(?://|/\*|name\(|['"](?:https?|file):)|['"\])]\s*(?:or|and)\s.{0,40}//?\w+(?:\[|$)|//\*\[|/(?:child|descendant|attribute|parent|ancestor|following)(?:-or-self)?::`},
	// GraphQL: which questions are there? Tools of developers ask by POST.
	{class: ingest.ClassScanner, stage: ingest.StageMarker, at: inQuery, any: []string{"__schema", "__type", "introspectionquery"},
		expr: `\b__schema\s*\{|\b__type\s*\(\s*name|\bintrospectionquery\b`},

	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | tight, at: inQuery | inAgent,
		any:  []string{"require(", "require (", "child_process", "process.", "process[", "__proto__", "constructor", "global.process", "mainmodule", "new function", "_nd_func", "console", "nd_func", "__js_function", "xyqktkrfrlvoqyqkxw", "execsync", "spawnsync", "kernel.", "io.popen", "this.constructor", "fromcharcode", "module.exports", "fs.read", "string.raw", "fetch(", "import(", "while(", "while (", "for(;;"},
		expr: `\brequire\s*\(\s*["'` + "`" + `]|\bchild_process\b|\bprocess\.(?:env|mainmodule|exit|binding|stdout|cwd|kill|pid|version)\b|\bprocess\s*\[|__proto__|\bconstructor["']?\s*[\].[:(]\s*[\[{]?\s*["']?(?:constructor|prototype|\()|\bwhile` + endless + `\s*[{;]|(?:^|[^\w\s])\s*while` + endless + `\s*$|\bfor\s*\(;;\)|mainmodule|\bnew\s*function\s*\(|_\$\$nd_func|__js_function|xyqktkrfrlvoqyqkxw|\bconsole\s*(?:\.\s*|\[\s*["'])(?:log|error|debug|info|trace|warn)["']?\]?\s*[(\[.]|\b(?:exec|spawn)(?:file)?sync\b|\bkernel\.(?:exec|system|spawn|open)\b|\bio\.popen\b|\bmodule\.exports\b|\bfs\.read\w+\s*\(|\bprototype\s*[\].]|\bimport\s*\(\s*["']`},
}

// notFilter leaves the filters of Strapi alone, "filters[title][$eq]=x", unless they
// guess a secret, and the documents with comparisons that some interfaces take, as Parse's
// "where". An attack compares what lets somebody in, or with nothing, which any value
// passes, or runs code.
func notFilter(v *value) (ingest.Class, ingest.Stage) {
	if v.inside && operator(v.plain) || v.at == inValue && isJSON(v.decoded) && !admitting().Match(v.plain) && !excluding().Match(v.plain) && !admits(v.name) {
		return 0, 0
	}
	if v.at == inName && bytes.HasPrefix(v.plain, []byte("filters[")) && !bytes.Contains(v.plain, []byte("pass")) && !bytes.Contains(v.plain, []byte("token")) && !bytes.Contains(v.plain, []byte("secret")) {
		return 0, 0
	}
	return ingest.ClassNoSQL, ingest.StageLogic
}

// operator reports a string of a document that is the name of an operator and no more: what
// it compares is seen in the document as a whole.
func operator(plain []byte) bool { return len(plain) > 1 && plain[0] == '$' && identifier(plain[1:]) }

// admitting finds what makes a document in the query language of a database an attack.
var admitting = lazyregexp.New(`\$(?:where|func|function|expr|lookup|jsonschema|regex|not|nor|type|exists|mod|size|text|options|all|eq)\b|"\$(?:ne|gte?|lte?|n?in)"\s*:\s*(?:"[^"]?"|''|null|undefined|["']?-?\d?["']?\s*\}|true|false|\[\s*(?:""|null)?\s*\]|\{)|[\[,]\s*\{\s*\}|pass|pwd|user|login|mail|token|secret|otp|\bpin\b|admin|role|hash|\bauth|code\b`)

// excluding finds a document that is nothing but a comparison which nearly all values pass:
// the parameter is a field itself, and whoever sends that wants whatever is there.
var excluding = lazyregexp.New(`^\s*\{\s*"\$(?:n(?:e|in)"|[gl]te?"\s*:\s*"[^"\d])`)

// admits reports the name of a parameter that lets somebody in.
func admits(name []byte) bool {
	for _, word := range [...]string{"pass", "pwd", "user", "login", "mail", "token", "secret", "otp", "auth", "q"} {
		if bytes.Contains(bytes.ToLower(name), []byte(word)) && (len(word) > 1 || len(name) == 1) {
			return true
		}
	}
	return false
}
