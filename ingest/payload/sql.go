package payload

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/corazawaf/libinjection-go"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// sqlRules find SQL injection. libinjection judges single values; the
// expressions add what it cannot know (functions that only wait or read files)
// and what it sees only in a context it does not try.
var sqlRules = []rule{
	{class: ingest.ClassSQLi, at: inTarget | inAgent, check: sqlSyntax,
		any: []string{"'", `"`, "`", "--", "/*", "#", ";", "(", " or ", " and ", " xor ", " union", " select", "select ", "union ", "||", "&&", " having ", " like ", " order by ", " group by ", " between ", " not ", " is ", "!=", "<>", ">=", "<="}},

	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: anywhere, any: []string{"union"},
		expr: `\bunion\b[\s(]*(?:all|distinct)?[\s(]*select\b[\s(]*(?:all\s+|distinct\s+)?(?:null\b|[\d'"@(*+\-~!]|\w+\s*\(|[\w.]+\s*(?:,|--|#|\bfrom\b))`},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: notReferer, any: []string{"union"},
		expr: `(?:['")\d]|\*|\bnull|-\w+)\s*\bunion\b[\s(]+(?:all\b[\s(]*)?(?:select\b|$|values\s*(?:row\s*)?\(|table\s+\w+\s*(?:$|--|#|limit\b))|\bunion\s*\(\s*select|\bunion\s+all\s+(?:select|/)`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: notReferer, any: []string{" or", "'or", `"or`, ")or", "`or", "\nor", "or 1=", "or 2=", "or '", " and", "'and", `"and`, ")and", "`and", "\nand", "and 1=", "and 2=", "and '", "xor", "||", "&&", "having", "where ", "where(", "when ", "'=", "' =", "'like", "' like"},
		expr: `(?:\b(?:x?or|and|having|where|when)\b|\|\||&&|'\s*(?:=|like))\s*(?:not\b|!)?[\s(]*(?:\d+|'[^']{0,40}'?|"[^"]{0,40}"?|0x[0-9a-f]+|true|false|null)[\s)]*(?:=|<=>|<>|!=|<|>|->>?\s*'|<@|\blike\b|\bnot\s+like\b|\bnot\s+between\b|\brlike\b|\bregexp\b|\bsounds\s+like\b|\bbetween\b\s*['"\d]|\bin\s*\()\s*[\s('"]*(?:[\w%$]|$)`, check: notCondition},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: notReferer, any: []string{" or", "'or", `"or`, ")or", "`or", " and", "'and", `"and`, ")and", "`and", "\nor", "\nand", "xor", "||", "&&"}, odd: true,
		expr: `['"` + "`" + `)]\s*\)*\s*(?:\bx?or\b|\band\b|\|\||&&)[\s(]*(?:\d+\b\s*(?:[<>=!,;)#]|--|$)|(?:true|false)\b\s*(?:$|--|#)|not\s+(?:\d|exists|true|false)|\w+\(|exists\b|\w+\s*(?:=|<|>|\blike\s*['"(]|\bis\s+(?:not\s+)?null)|\(?\w*\s*glob\s)`, check: notCondition},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{"xor"},
		expr: `\bxor\s*(?:'|"|\d)[^<>=!\-]{0,20}[<>=!\-]`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{" or ", " and "},
		expr: `\d[\s)'"]*(?:or|and)\s+(?:\{|true\b|false\b|null\b|\w+\s*\(.*\)\s*[<>=])|\d\s*(?:or|and)\s+['"][^'"]*['"]\s*[<>=]`},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: inTarget, any: []string{"user()", "user ()", "version()", "version ()", "database()", "database ()", "schema()"},
		expr: `(?:\b(?:x?or|and|select|having|where|by)\b|\|\||&&).{0,60}\b(?:(?:current_|session_|system_)?user|(?:sqlite_)?version|database|schema)\s?\(\s?\)`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{" like ", "like(", "like '", "like %", "case when"},
		expr: `\)\s*like\s*\(|\blike\s+(?:null\b|['"%])|['"]\s*like\s+binary|\bcase\s+when\s.+\sthen\s`, check: notCondition},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: anywhere,
		any:  []string{"sleep", "benchmark", "waitfor", "receive_message", "generate_series", "randomblob", "sysmaster", "dbms_lock"},
		expr: `\b(?:pg_sleep|sleep)\s*\(\s*(?:[\d"'+\-(@\s]|mod\b|\w+\()|\bselect\s+(?:pg_)?sleep\b|\bbenchmark\s*\(\s*\d|\bwaitfor\s*(?:delay|time)\s*['"(]|dbms_pipe\.receive_message|dbms_lock\.sleep|\bgenerate_series\s*\(|randomblob\s*\(|\bsysmaster\b`},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: anywhere,
		any: []string{"information_schema", "sysobjects", "syscolumns", "sysibm", "sysibmtables", "pg_catalog", "sqlite_master", "mysql.user", "mysql.db", "msysobjects", "all_tables", "user_tables",
			"extractvalue", "updatexml", "load_file", "outfile", "dumpfile", "group_concat", "concat_ws", "xp_cmdshell", "xp_dirtree", "xp_regread", "sp_executesql", "sp_password", "utl_http", "utl_inaddr", "ctxsys", "xmltype", "json_extract", "json_keys", "json_search",
			"@@", "procedure analyse", "lo_import", "lo_get", "lo_export", "current_setting", "query_to_xml", "database_to_xml", "openrowset", "opendatasource", "msdasql", "sqloledb", "make_set", "rdb$", "pg_read_file", "pg_ls_dir", "nullif(", "extract_value"},
		expr: `\binformation_schema\b|\bsys(?:objects|columns|ibm)\b|\bpg_catalog\b|\bsqlite_master\b|\bmysql\.(?:user|db)\b|\bmsysobjects\b|\bfrom\s+(?:all|user)_tables\b|\b(?:extractvalue|updatexml|load_file|group_concat|concat_ws|json_extract|json_keys|json_search|make_set|xmltype|lo_import|lo_get|lo_export|current_setting|query_to_xml|database_to_xml|nullif|pg_read_file|pg_ls_dir)\s*\(|\binto\s+(?:out|dump)file\b|\bxp_(?:cmdshell|dirtree|regread)\b|\bsp_(?:executesql|password)\b|\butl_(?:http|inaddr)\b|\bctxsys\.|@@(?:global\.|session\.)?(?:version|datadir|hostname|basedir|tmpdir|servername|language|secure_file_priv)|procedure\s+analyse|\bopen(?:rowset|datasource)\b|'(?:msdasql|sqloledb)'|rdb\$`},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: notReferer, any: []string{"select"},
		expr: `\bselect\b[\s(]+(?:[\w*@.,'"()+|\s]{1,60}|.{1,60}\))\bfrom\b[\s(]+[\w` + "`" + `\["]+(?:\s*(?:where|limit|order|group|as|on|;|--|#|\)|$))|\(\s*select\b[\s(]|[;=]\s*select\s*(?:[\d'"*@(+\-~!]|\w+\s*(?:\(|,|--|#|\bfrom\b))|\bselect\s+(?:if|case|char|chr|concat|count|ascii|substr|database|user|version|current_user|length|make_set|elt|exp)\s*[( ]|\bselect\b\s*\(|\bin\s*\(\s*select\b|\b(?:except|intersect)\s+select\b`, check: notPhrase},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: notReferer, any: []string{";"},
		expr: `;\s*(?:drop\s+(?:table|database|user|view)|insert\s+into|delete\s+from|update\s+\w+\s+set|create\s+(?:table|user|database|procedure|function)|alter\s+(?:table|user|database)|truncate\s+table|shutdown\b|declare\s+@|exec(?:ute)?\s*(?:\(|\s(?:immediate|master|xp_|sp_|@))|grant\s+\w+\s+(?:on|to)\b|select\s*(?:[\d'"*@(+\-~!]|\w+\s*(?:\(|,|--|#|\bfrom\b))|waitfor\s|backup\s+database|copy\s+\w+\s+from)`},
	{class: ingest.ClassSQLi, stage: ingest.StageExtract, at: notReferer, any: []string{"insert into", "delete from", "update ", "drop ", "exec ", "exec(", "execute ", "execute(", "declare @", "alter table"},
		expr: `\binsert\s+into\s+\S+\s*(?:\(|values)|\bdelete\s+from\s+\w+\s*(?:where|;|--|#)|\bupdate\s+\w+\s+set\s+\w+\s*=|\bdrop\s+(?:table|database)\s+\w+\s*(?:;|--|#|$)|\bexec(?:ute)?\s*\(?\s*(?:xp_|sp_|master\b|@)|\bdeclare\s+@\w+\s+\w+|\balter\s+table\s+\w+\s+(?:add|drop|modify)`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: notReferer, any: []string{"::"},
		expr: `(?:\)|\bpassword|\w)::(?:int|integer|text|bool|boolean|numeric|float|double precision|bytea|json|jsonb|varchar|regclass|money)\b`, check: notColumns},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{"char(", "chr(", "ascii(", "substr", "mid(", "hex(", "ord(", "if(", "elt(", "md5(", "unistr(", "div(", "rand(", "floor(", "cast(", "convert(", "ifnull(", "strcmp(", "sysdate(", "now("},
		expr: `\bcha?r\s*\(\s*\d+\s*\)\s*(?:\+|\|\||,|%)|\bchar\s*\(\s*\d+(?:\s*,\s*\d+)+\s*\)|\b(?:ascii|ord|hex)\s*\(\s*(?:substr|substring|mid|lower|upper)\s*\(|\bsubstr(?:ing)?\s*\([^)]{1,60},\s*\d+\s*,\s*\d+\s*\)\s*[=<>]|\bif\s*\([^,]{1,60}[=<>][^,]{0,60},|\bif\s*\(\s*now\s*\(|\belt\s*\(\s*\d+\s*=|\bselect.{1,60}\brand\s*\(|\b(?:cast|convert)\s*\(.{1,60}\b(?:as\s+(?:int|char|varchar|numeric|signed|nvarchar)|using\s+\w+)\b|\bconvert\s*\(\s*int\s*,|\bifnull\s*\(\s*cast|\bstrcmp\s*\(|\bdiv\s*\(\s*-?\d+\s*,|\bunistr\s*\(`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{"order by", "group by", "order\nby", "group\nby", "having", "limit "},
		expr: `(?:['")]|\d)\s*(?:order|group)\s+by\s+\(?\d+|\b(?:order|group)\s+by\s+\d+\s*(?:--|#|/\*|,\d)|\bhaving\s+(?:\d+\s*[=<>]|['"]|count\s*\()|\blimit\s+\d+\s*,\s*\d+\s*(?:--|#|into\b|procedure\b)`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: notReferer, any: []string{"'", `"`},
		expr: `['"]\)*(?:--(?:\s|-|$)|\s+--\s*-?\s*$)|^[^'"]{0,40}['"]\s*\)*;\s*$|['"]\s*\)*\s*(?:#\s*$|;\s*(?:--|#|print\b|select\b|drop\b|exec\b|shutdown\b|waitfor\b|declare\b)|/\*)|['"]\s*glob\s|\d['"]\s+['"]\s*\d`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inQuery, any: []string{"' or", "' xor", "' and", "'or", "'and", "'||", "'&&", "concat(0x", "in boolean mode", "iif(", "like null", "union all"},
		expr: `^'\s*(?:x?or|and)\s+\w+\s*[!<>=~^\-]\s*$|\bin\s+boolean\s+mode\s*\)|\biif\s*\([^,]+,[^,]+,|^\s*like\s+null\s*$|^[^'"\s]{0,20}'\s*(?:x?or|and|\|\||&&)\s*'[^'"\s]{0,20}[\s']*$|\bconcat\s*\(\s*0x[0-9a-f]`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inPath, any: []string{"union all", "union+all"}, expr: `\d[\s+]*union[\s+]+all\b`},
	{class: ingest.ClassSQLi, at: inValue, any: []string{"!=", "<>", " is not "}, expr: `^\d+\s*(?:!=|<>|is not)\s*\d+$`, check: inequality},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inValue | inPath, any: []string{"/*!"}, expr: `/\*!\d*\s*\w`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{"ununionion", "uniunionon", "unionunion", "selselectect", "seleselectct", "seselectlect", "selectselect"}}, // for filters that take the word out once
	{class: ingest.ClassSQLi | ingest.ClassScanner, stage: ingest.StageMarker, at: inValue, any: []string{"4294967296", "2147483648", "2.2250738585072", "1e309", "-2147483649", "0x7fffffff", "9223372036854775808"},
		expr: `^(?:-?(?:4294967296|214748364[89]|9223372036854775808)|2\.2250738585072\d+e-308|1e309|0x7fffffff)$`},
	{class: ingest.ClassSQLi, stage: ingest.StageLogic, at: inTarget, any: []string{"overlay(", "starts_with(", "json_build", "jsonb_", "array_agg", "xmlagg", "string_agg", "to_char(", "listagg", "pg_client", "row_to_json"},
		expr: `\boverlay\s*\(.+\bplacing\b|\b(?:starts_with|json_build_object|jsonb?_\w+|array_agg|xmlagg|string_agg|listagg|row_to_json)\s*\(`},
}

// sqlSyntax asks libinjection. What it calls SQL on the strength of two or three
// tokens is believed only where the text also looks like code: measured on
// English sentences, part numbers and random tokens, those are its errors.
func sqlSyntax(v *value) (ingest.Class, ingest.Stage) {
	text := v.decoded
	if v.at == inPath {
		if !bytes.ContainsAny(text, `'"`) {
			return 0, 0
		}
		text = bytes.TrimLeft(text, "/")
	}
	if v.at == inAgent && !bytes.ContainsAny(text, `'"`) {
		return 0, 0
	}
	if condition(v) || v.at == inValue && isJSON(text) && json.Valid(text) { // its strings are asked about one by one
		return 0, 0
	}
	sqli, fingerprint := libinjection.IsSQLi(string(text))
	if !sqli || weak(fingerprint, v.plain) || searched(v.plain) || bare(v.plain) && !bareSQL().Match(v.plain) {
		return 0, 0
	}
	if strings.Contains(fingerprint, "U") && bytes.Contains(v.plain, []byte("select")) {
		return ingest.ClassSQLi, ingest.StageExtract
	}
	return ingest.ClassSQLi, ingest.StageLogic
}

// bare reports whether a text has nothing that leaves a string or hides the rest of
// a statement. Prose and formulas ("European Union select committee", "sin(x)/x") make
// tokens that libinjection knows from attacks.
func bare(plain []byte) bool {
	return !bytes.ContainsAny(plain, "'\"`;#") && !bytes.Contains(plain, []byte("--")) && !bytes.Contains(plain, []byte("/*"))
}

// bareSQL finds what even a bare text has where it is SQL: it goes on after a number,
// or asks for what only a database has.
var bareSQL = lazyregexp.New(`^\W*\d|\bselect\s*[^\sa-z]|\b(?:version|database|schema)\s?\(\s?\)|\bcha?r\s*\(\s*\d|\bor\s+\d+\s+\d`)

// filters are parameters that hold a condition in the query language of the API
// itself: JQL and CQL of Atlassian, CQL of map servers, OData, ArcGIS.
var filters = wordSet("jql cql cql_filter exp_filter $filter %24filter where")

// condition reports whether a value is such a condition, as long as it ends every
// string that it begins.
func condition(v *value) bool {
	name := strings.ToLower(string(v.name))
	return (filters[name] || measurements[name] && measures(v.plain)) && !bytes.Contains(v.plain, []byte("--")) && !bytes.Contains(v.plain, []byte("/*")) && ended(v.plain)
}

// measurements are parameters that hold an expression over time series, for Prometheus and
// Loki and the boards that ask them.
var measurements = wordSet("query expr match[] match%5b%5d g0.expr")

// measured finds what such expressions have and SQL has not: the labels of a series, and
// how far back to look.
var measured = lazyregexp.New(`\{\s*(?:\w+\s*(?:=~?|!=|!~)\s*["` + "`" + `]|\})|\[\d+[smhdwy](?::\w*)?\]|\b(?:vector|absent)\s*\([\w{]|\boffset\s+\d+[smhdwy]\b`)

// measures reports whether a text is such an expression, and nothing else that is made to
// look like one: to a database one of the two, what stands in quotes or what does not, is
// code. So strings stand where they belong, begin with no operator of SQL, and outside of
// labels no constants are compared and no comment begins.
func measures(text []byte) bool {
	if !measured().Match(text) {
		return false
	}
	var rest []byte
	for labels := false; len(text) > 0; {
		c := text[0]
		text = text[1:]
		switch c {
		case '{', '}':
			labels = c == '{'
		case '"', '\'', '`':
			before := bytes.TrimRight(rest, " ")
			end := bytes.IndexByte(text, c)
			if end < 0 || leaving().Match(text[:end]) || !labels && (c == '\'' || len(before) == 0 || bytes.IndexByte([]byte("(,=~"), before[len(before)-1]) < 0) {
				return false
			}
			text, c = text[end+1:], '"'
		}
		if !labels || c == '}' {
			rest = append(rest, c)
		}
	}
	return !constants().Match(rest)
}

var (
	// leaving finds the beginning of what goes on behind the end of a string in SQL.
	leaving = lazyregexp.New(`^[\s)]*(?:(?:x?or|and|not|n?in|like|is|between|union|order|group|limit|having|into|procedure)\b|[=<>]|\|\||&&)`)
	// constants finds comparisons of constants, and comments.
	constants = lazyregexp.New(`#|[\d"')]\s*=\s*[\d"'(]|\d\s*[<>]\s*\d|\b(?:like|is\s+not|null)\b`)
)

// ended reports whether no string is left open.
func ended(text []byte) bool {
	for {
		i := bytes.IndexAny(text, `'"`)
		if i < 0 {
			return true
		}
		end := bytes.IndexByte(text[i+1:], text[i])
		if end < 0 {
			return false
		}
		text = text[i+1+end+1:]
	}
}

// queries are parameters in which an interface takes a whole statement: InfluxDB,
// ClickHouse, Salesforce and Carto are asked so, and phpMyAdmin by its administrator.
var queries = wordSet("q query sql_query")

// whole finds a statement that reads one table by name, from its first word to its last.
// What breaks out of another statement begins in the middle of that one.
var whole = lazyregexp.New(`^\s*(?:select\s+(?:distinct\s+)?["` + "`" + `\[a-z*_][\w\s,.*"` + "`" + `()\[\]\-+/:]{0,300}?\s+from\s+["` + "`" + `\[]?[a-z_][\w.\-]*["` + "`" + `\]]?(?:\s+(?:as\s+\w+|where\s|group\s+by\s|order\s+by\s|limit\s|having\s|format\s|final\b|inner\s+join\s|left\s+join\s|join\s)[^;]+)?|show\s+(?:databases|tables|measurements|series|(?:tag|field)\s+(?:keys|values)|retention\s+policies|columns|variables)\b[^;]*);?\s*$`)

// reaching finds what a statement has that is meant for more than to read one table.
var reaching = lazyregexp.New(`--|/\*|#|@@|\b(?:union|into|load_file|waitfor|information_schema|pg_catalog|sqlite_master|mysql|sys\w*|[xs]p_\w+|utl_\w+|dbms_\w+|procedure|current_user|session_user|\w*passw\w*|pwd|\w*secret\w*|user_pass|dual)\b|\b(?:user|version|database|schema|sleep|pg_sleep|benchmark|cha?r|\w*concat\w*|extractvalue|updatexml|(?:un)?hex|ascii|ord|substr\w*|mid|if|md5|sha1|sin|url|file|remote|executable|s3|jdbc|postgresql|dblink|exp|elt|rand|cast|convert)\s*\(|\(\s*select\b|0x[0-9a-f]{2}|\b(\d+)\s*=\s*\d+\b|'\s*=\s*'`)

// statement reports whether a value is such a statement and no more.
func statement(v *value) bool {
	return v.at == inValue && queries[strings.ToLower(string(v.name))] && (bytes.HasPrefix(v.plain, []byte("select ")) || bytes.HasPrefix(v.plain, []byte("show "))) &&
		ended(v.plain) && bytes.Count(v.plain, []byte("(")) == bytes.Count(v.plain, []byte(")")) && whole().Match(v.plain) && !reaching().Match(v.plain) && !shelled().Match(patterns().ReplaceAll(v.plain, nil))
}

// shelled finds what only a shell knows: commands in the middle of others, and behind them.
var shelled = lazyregexp.New("[$][({]|&&|[|][|]|\\s[|&]|[|&]\\s|`")

// patterns are the regular expressions of InfluxDB, and names in backticks.
var patterns = lazyregexp.New("[=!]~\\s*/(?:\\\\.|[^/\\\\])*/|`[\\w.\\-]+`")

func notCondition(v *value) (ingest.Class, ingest.Stage) {
	if condition(v) {
		return 0, 0
	}
	return ingest.ClassSQLi, ingest.StageLogic
}

// columns finds a list of columns with the types that they are wanted in, as PostgREST is
// asked: "select=full_name:name,salary::text".
var columns = lazyregexp.New(`^[\w*.:]+(?:\([\w*.:,]*\))?(?:,[\w*.:]+(?:\([\w*.:,]*\))?)*$`)

func notColumns(v *value) (ingest.Class, ingest.Stage) {
	if bytes.EqualFold(v.name, []byte("select")) && columns().Match(v.plain) {
		return 0, 0
	}
	return ingest.ClassSQLi, ingest.StageLogic
}

// searched reports what begins as a search for quoted words does.
func searched(plain []byte) bool {
	text := bytes.TrimLeft(plain, " (+-")
	return len(text) > 1 && text[0] == '"' && alnum(text[1]) && (phrase().Match(plain) || search().Match(plain))
}

// phrase finds a whole statement in quotation marks, as people look for one in a site
// with source code. A payload that leaves a string has more behind the mark.
var phrase = lazyregexp.New(`^\s*"select\s[^"]*"\s*$`)

// search finds quoted words and others with operators between them, as search forms
// know them: ("red wine" or "white wine") and glass.
var search = lazyregexp.New(`^[\s(]*[+\-]?"\w[^"'=<>;()]*"(?:\)*\s+[\s(]*[+\-]?(?:"\w[^"'=<>;()]*"|\w+))*[\s)]*$`)

func notPhrase(v *value) (ingest.Class, ingest.Stage) {
	if phrase().Match(v.plain) {
		return 0, 0
	}
	return ingest.ClassSQLi, ingest.StageExtract
}

// commented reports a value of one word with a comment behind it, or a statement in
// whose words empty comments stand: that only hides where a word ends. The plain form
// of a value has no comments.
func commented(decoded []byte) bool {
	if bytes.Contains(decoded, []byte("/**/")) {
		whole := bytes.ToLower(bytes.ReplaceAll(decoded, []byte("/**/"), nil))
		if bytes.Contains(whole, []byte("select")) && (bytes.Contains(whole, []byte("union")) || bytes.Contains(whole, []byte("from"))) {
			return true
		}
	}
	before, rest, _ := bytes.Cut(decoded, []byte("/*"))
	before = bytes.TrimRight(before, " ")
	return len(before) > 0 && len(before) <= 16 && word(bytes.ToLower(before)) && bytes.Contains(rest, []byte("*/"))
}

// inequality accepts the comparison of two different numbers: a condition that
// holds, where the same number twice is somebody's typing.
func inequality(v *value) (ingest.Class, ingest.Stage) {
	numbers := bytes.FieldsFunc(v.plain, func(r rune) bool { return r < '0' || r > '9' })
	if len(numbers) != 2 || bytes.Equal(numbers[0], numbers[1]) {
		return 0, 0
	}
	return ingest.ClassSQLi, ingest.StageLogic
}

// compares reports whether a string is compared or joined with something, or left
// by a quote that no word follows: a quoted word of a search, an inch sign and a
// plus sign are not.
func compares(text []byte) bool {
	for i, c := range text {
		if c != '\'' && c != '"' {
			continue
		}
		if c == '\'' && (i == 0 || alnum(text[i-1])) && (i+1 == len(text) || !alnum(text[i+1])) {
			return true
		}
		after := bytes.TrimLeft(text[i+1:], " ")
		if len(after) > 0 && bytes.IndexByte([]byte("=<>!|&^"), after[0]) >= 0 {
			return true
		}
		if before := bytes.TrimRight(text[:i], " "); len(before) > 0 && bytes.IndexByte([]byte("<>!|^"), before[len(before)-1]) >= 0 {
			return true
		}
	}
	return false
}

// weak reports whether a fingerprint proves too little for this text.
func weak(fingerprint string, plain []byte) bool {
	switch fingerprint {
	case "1c", "nc", "sc", "vc", "v&v", "n&n", "n)&(n", "1no":
		return true
	case "sos", "s&s", "sosos", "s&sos":
		// Quoted phrases of a search ("black tea" and "green tea") and attributes
		// of markup; an attack leaves the string it stands in.
		text := bytes.TrimSpace(plain)
		return len(text) > 1 && (text[0] == '"' || text[0] == '\'') && alnum(text[1]) || bytes.Contains(text, []byte(`="`)) ||
			len(fingerprint) == 3 && !compares(text)
	}
	return false
}
