package format

// Access logs in the formats that servers ship with. Those that begin as the
// combined format does (varnishncsa, Traefik's CLF, Tomcat, gunicorn, Kubernetes'
// ingress-nginx) are read by it.

// nginx-proxy-manager and NPMplus.
var newProxyManager = wellKnown("nginx_proxy_manager",
	`[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server_name] "$http_user_agent" "$http_referer"`,
	`[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"`,
	`[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server_name] "$http_user_agent" "$http_referer"`,
	`[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"`,
	`[$time_local] $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"`,
	`[$time_local] $host $remote_addr $request_time "$request" $status $body_bytes_sent $request_length $upstream_response_time $http_user_agent`,
)

// Load balancers of AWS, new and classic, and S3's access log.
var elbLines = wellKnown("aws_elb",
	`$own_type $time_iso8601 $own_elb $remote_addr:$remote_port $upstream_addr $own_request $upstream_time $own_response $status $upstream_status $own_received $bytes_sent "$request" "$http_user_agent" $ssl_rest`,
	`$time_iso8601 $own_elb $remote_addr:$remote_port $upstream_addr $own_request $upstream_time $own_response $status $upstream_status $own_received $bytes_sent "$request" "$http_user_agent" $ssl_rest`,
)

var newS3Access = wellKnown("aws_s3",
	`$own_owner $own_bucket [$time_local] $remote_addr $own_requester $request_id $own_operation $own_key "$request" $status $own_error $bytes_sent $own_size $own_total $own_turn "$http_referer" "$http_user_agent" $own_rest`,
)

// Envoy as Istio sets it up, which names the peer near the end, and as it comes:
// then nothing but a header names the client.
var newIstio = wellKnownRaw("istio",
	`[$time_iso8601] "$request" $status $own_flags $own_details $own_end "$own_failure" $own_received $bytes_sent $own_duration $upstream_time "$http_x_forwarded_for" "$http_user_agent" "$http_x_request_id" "$http_host" "$upstream_addr" $upstream_cluster $upstream_local $own_local $remote_addr $word_sni $own_route`,
	`[$time_iso8601] "$request" $status $word_flags $word_received $bytes_sent $word_duration $upstream_time "$http_x_forwarded_for" "$http_user_agent" "$http_x_request_id" "$http_host" "$upstream_addr"`,
)

// uvicorn, and as Mealie sets it up; Werkzeug behind the words of Python's logging, Daphne with its port,
// Hypercorn; Synapse.
var newPythonAccess = wellKnown("uvicorn",
	`INFO:     $remote_addr:$remote_port - "$request" $status $own_reason`,
	`$remote_addr:$remote_port - "$request" $status $own_reason`,
	`$remote_addr:$remote_port - "$request" $status`,
	`INFO     $time_iso8601 - [$remote_addr:$remote_port] $status $own_reason "$request"`,
	`$word_date $word_clock $word_pid INFO $word_database werkzeug: $remote_addr - - [$time_local] "$request" $status $own_rest`,
	`INFO:werkzeug:$remote_addr - - [$time_local] "$request" $status $body_bytes_sent`,
	`$remote_addr:$remote_port - - [$time_local] "$request" $status $body_bytes_sent`,
	`[$time_iso8601] [$pid] [INFO] $remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
	`[$time_iso8601] [$pid] [INFO] $remote_addr:$remote_port - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
	`$time_iso8601 - synapse.access.$own_listener - $own_line - INFO - $request_id - $remote_addr - $own_site - {$remote_user} Processed request: $own_times $own_sizes $status "$request" "$http_user_agent" $own_events`,
)

// Ceph's gateway to its objects.
var newRadosGateway = wellKnown("radosgw",
	`$time_iso8601 $own_thread  1 beast: $own_pointer: $remote_addr - $remote_user [$own_date] "$request" $status $body_bytes_sent $own_range "$http_user_agent" $own_rest`,
)

// uWSGI names the account and the target without quotes.
var newUWSGI = wellKnown("uwsgi",
	`[pid: $pid|app: $own_app|req: $own_number] $remote_addr ($remote_user) {$own_size} [$time_local] $request_method $request_uri => generated $body_bytes_sent bytes in $own_time msecs ($server_protocol $status) $own_rest`,
)

// cPanel's own server writes its dates with numbers.
var newCPanelAccess = wellKnown("cpanel_access",
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$own_s" "$http_x_forwarded_for" $server_port`,
)

// Proxmox's own servers write the common format with the day first in a date of
// numbers and quotes as they came, and the backup server an agent without quotes behind
// it.
var proxmoxLines = wellKnownRaw("proxmox_access",
	`$remote_addr - $word_user [$time_local] "$request" $status $body_bytes_sent`,
	`$remote_addr - $word_user [$time_local] "$request_method $word_target" $status $body_bytes_sent $http_user_agent`,
)

func newProxmoxAccess(s setup) lineParser {
	p := proxmoxLines(s).(*customParser)
	p.dayFirst = true
	return p
}
