package format

import "gumshoe/ingest"

// appAccessLines are the requests that applications log in a form of their own:
// Zoraxy, TheHive, CouchDB, RomM, Joplin, Vikunja, Gitea and Forgejo, Bitbucket,
// and everything with morgan's formats "short" and "default".
//
// A host header stands before the client in CouchDB's lines. It may hold blanks
// and an address; then the two readings differ and the request is nobody's.
var appAccessLines = wellKnown("app_access",
	`[$time_iso8601] [router:$word_class] [origin:$host] [client: $remote_addr] [useragent: $http_user_agent] $request_method $word_target $status`,
	`[$time_iso8601] [router:$word_class] [origin:$host] [client $remote_addr] $request_method $request_uri $status`,
	`[info] o.t.s.AccessLogFilter [$word_trace] $remote_addr $request_method $request_uri took $word_time and returned $status $body_bytes_sent bytes`,
	`$time_iso8601 [INFO] from org.thp.scalligraph.AccessLogFilter in $word_thread [$word_trace] $remote_addr $request_method $request_uri took $word_time and returned $status $body_bytes_sent bytes`,
	`[$word_level] $time_iso8601 $word_node <$word_process> $word_nonce $http_host $remote_addr $word_user $request_method $request_uri $status $word_result $word_time`,
	`INFO:     [RomM][nginx][$time_iso8601] $remote_addr | $http_x_forwarded_for | $request_method $request_uri $status | $body_bytes_sent | $own_agent | $request_time`,
	`$time_iso8601: App: $remote_addr: $own_size: $request_method $request_uri ($status) ($word_time)`,
	"$time_iso8601: WEB \t▶ $remote_addr $own_id $request_method $status $request_uri $word_time - $http_user_agent",
	`$time_iso8601 [I] router: completed $request_method $word_target for $remote_addr, $status $own_reason in $word_time @ $own_place`,
	`$remote_addr | $word_scheme | o$word_id | $word_user | $time_iso8601 | "$request" | "$http_referer" "$http_user_agent" | $status | $own_rest`,
	`$remote_addr $remote_user $request_method $request_uri HTTP/$word_version $status $body_bytes_sent - $word_time ms`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
)

// newAppAccess reads appAccessLines. All of their writers name the client by its
// address: a name in its place is the head of another line.
func newAppAccess(s setup) lineParser { return &appAccess{appAccessLines(s)} }

type appAccess struct{ lineParser }

// Parse implements ingest.Parser.
func (p *appAccess) Parse(line []byte, ev *ingest.Event) ingest.Result {
	if r := p.lineParser.Parse(line, ev); r != ingest.Parsed || len(ev.SrcHost) == 0 {
		return r
	}
	ev.Reset()
	return ingest.Unparsed
}
