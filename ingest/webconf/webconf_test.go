package webconf

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// server is a machine with these files.
func server(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestNginx(t *testing.T) {
	c := Read(server(map[string]string{
		"etc/nginx/nginx.conf": `
user www-data;  # "unclosed
error_log /var/log/nginx/error.log warn;
events { worker_connections 768; }
http {
	log_format site escape=json '$remote_addr [$time_local] '
		'"$request" $status "$http_x_forwarded_for"';
	log_format quoted "a \"b\" ${remote_addr}_x";
	access_log /var/log/nginx/access.log;
	set_real_ip_from 192.0.2.0/24;
	set_real_ip_from 2001:db8::1;
	set_real_ip_from unix:;
	real_ip_header X-Forwarded-For;
	content_by_lua_block {
		ngx.say("access_log /not/this.log;") if x then y = {} end
	}
	include conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
	include absent.conf;
}
stream {
	log_format site 'not this one';
	access_log /var/log/nginx/stream.log site;
}
`,
		"etc/nginx/conf.d/a.conf": `server { access_log /srv/a/log/access.log site buffer=32k; location /x { access_log off; } error_log /srv/a/log/error.log; }`,
		"etc/nginx/sites-enabled/b": `
server {
	access_log /srv/$host/log/${server_name}-access.log combined if=$loggable;
	access_log /var/log/nginx/late.log late;
	access_log syslog:server=unix:/dev/log;
	access_log /dev/stdout;
	access_log logs/relative.log quoted;
	access_log /var/log/nginx/nobody.log missing;
}`,
		"etc/nginx/sites-enabled/c": "log_format late '$remote_addr late';",
		"etc/nginx/logs/x":          "",
	}))
	site := `$remote_addr [$time_local] "$request" $status "$http_x_forwarded_for"`
	want := []Log{
		{Path: "/etc/nginx/logs/relative.log", Spec: `a "b" ${remote_addr}_x`, From: "/etc/nginx/sites-enabled/b:7"},
		{Path: "/srv/*/log/*-access.log", From: "/etc/nginx/sites-enabled/b:3"},
		{Path: "/srv/a/log/access.log", Spec: site, From: "/etc/nginx/conf.d/a.conf:1"},
		{Path: "/srv/a/log/error.log", Error: true, From: "/etc/nginx/conf.d/a.conf:1"},
		{Path: "/var/log/nginx/access.log", From: "/etc/nginx/nginx.conf:9"},
		{Path: "/var/log/nginx/error.log", Error: true, From: "/etc/nginx/nginx.conf:3"},
		{Path: "/var/log/nginx/late.log", Spec: "$remote_addr late", From: "/etc/nginx/sites-enabled/b:4"},
		{Path: "/var/log/nginx/nobody.log", From: "/etc/nginx/sites-enabled/b:8"},
	}
	if diff := cmp.Diff(want, c.Logs); diff != "" {
		t.Errorf("logs (-want +got):\n%s", diff)
	}
	if got := fmt.Sprint(c.Proxies); got != "[{192.0.2.0/24 /etc/nginx/nginx.conf:10} {2001:db8::1/128 /etc/nginx/nginx.conf:11}]" {
		t.Errorf("proxies %s", got)
	}
	if diff := cmp.Diff([]string{`/etc/nginx/sites-enabled/b:8: no format is called "missing"`}, c.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestApache(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []Log
		notes int
	}{
		{"Debian", map[string]string{
			"etc/apache2/envvars": "# envvars\nif [ x ]; then SUFFIX=\"-x\"; fi\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n",
			"etc/apache2/apache2.conf": `ErrorLog ${APACHE_LOG_DIR}/error.log
LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O" vhost_combined
logformat "%h %t" common
IncludeOptional sites-enabled/*.conf
IncludeOptional nothing/*.conf
`,
			"etc/apache2/sites-enabled/a.conf": `<VirtualHost *:80>
	# CustomLog /not/this.log common
	CustomLog ${APACHE_LOG_DIR}/a.log vhost_combined env=!dontlog
	CustomLog "/srv/with blank/a.log" \
		"%a \"%r\""
	ErrorLog syslog:local1
	ErrorLog ${UNKNOWN}/error.log
</VirtualHost>`,
		}, []Log{
			{Path: "/srv/with blank/a.log", Spec: `%a "%r"`, From: "/etc/apache2/sites-enabled/a.conf:4"},
			{Path: "/var/log/apache2/a.log", Spec: `%v:%p %h %l %u %t "%r" %>s %O`, From: "/etc/apache2/sites-enabled/a.conf:3"},
			{Path: "/var/log/apache2/error.log", Error: true, From: "/etc/apache2/apache2.conf:1"},
			{Path: "/etc/apache2/*/error.log", Error: true, From: "/etc/apache2/sites-enabled/a.conf:7"},
		}, 0},
		{"Red Hat", map[string]string{
			"etc/httpd/conf/httpd.conf":     "ServerRoot \"/etc/httpd\"\nDefine LOGS logs\nInclude conf.d\nLogFormat \"%h %r\"\nTransferLog ${LOGS}/transfer_log\nCustomLog logs/access_log combined\n",
			"etc/httpd/conf.d/a.conf":       "LogFormat \"%h\" combined\n",
			"etc/httpd/conf.d/below/b.conf": "CustomLog logs/b_log nobody\n",
		}, []Log{
			{Path: "/etc/httpd/logs/access_log", Spec: "%h", From: "/etc/httpd/conf/httpd.conf:6"},
			{Path: "/etc/httpd/logs/b_log", From: "/etc/httpd/conf.d/below/b.conf:1"},
			{Path: "/etc/httpd/logs/transfer_log", Spec: "%h %r", From: "/etc/httpd/conf/httpd.conf:5"},
		}, 1},
		{"through a program", map[string]string{
			"etc/httpd/conf/httpd.conf": `CustomLog "|/usr/bin/rotatelogs -l /var/log/httpd/a.%Y-%m-%d 86400" "%h"
CustomLog "||/usr/bin/rotatelogs /var/log/httpd/b 86400" "%h"
CustomLog "|$/usr/sbin/cronolog /var/log/httpd/%Y/c.log" "%h"
CustomLog "|/usr/bin/logger -t httpd" "%h"
`}, []Log{
			{Path: "/var/log/httpd/*/c.log", Spec: "%h", From: "/etc/httpd/conf/httpd.conf:3"},
			{Path: "/var/log/httpd/a.*-*-*", Spec: "%h", From: "/etc/httpd/conf/httpd.conf:1"},
			{Path: "/var/log/httpd/b*", Spec: "%h", From: "/etc/httpd/conf/httpd.conf:2"},
		}, 0},
		{"no web server", nil, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Read(server(tt.files))
			want := map[string]Log{}
			for _, l := range tt.want {
				want[l.Path] = l
			}
			got := map[string]Log{}
			for _, l := range c.Logs {
				got[l.Path] = l
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("logs (-want +got):\n%s", diff)
			}
			if len(c.Notes) != tt.notes {
				t.Errorf("notes %q, want %d", c.Notes, tt.notes)
			}
		})
	}
}

// Formats that need no description get none.
func TestStandard(t *testing.T) {
	for spec, standard := range map[string]bool{
		`%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`:                            true,
		`%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`:                      true,
		`%h %l %u %t "%r" %>s %b`:                                                           true,
		`$remote_addr - $remote_user [$time_local] "$request" $status $bytes_sent `:         true,
		`%{X-Forwarded-For}i %l %u %t "%r" %>s %b`:                                          false,
		`$remote_addr - $remote_user [$time_local] "$request" $status 0 "$http_user_agent"`: false,
	} {
		if got := described(spec) == ""; got != standard {
			t.Errorf("%s: standard %v", spec, got)
		}
	}
}

func TestTrustedByApache(t *testing.T) {
	c := Read(server(map[string]string{"etc/httpd/conf/httpd.conf": "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 10.0.0.0/8 proxy.example.net\nRemoteIPTrustedProxy 198.51.100.7\n"}))
	if got := fmt.Sprint(c.Proxies); got != "[{10.0.0.0/8 /etc/httpd/conf/httpd.conf:2} {198.51.100.7/32 /etc/httpd/conf/httpd.conf:3}]" {
		t.Errorf("proxies %s", got)
	}
}

// A configuration that includes itself ends.
func TestCircle(t *testing.T) {
	c := Read(server(map[string]string{
		"etc/nginx/nginx.conf":     "include nginx.conf; include *.conf;",
		"etc/nginx/b.conf":         "include *.conf;",
		"etc/apache2/apache2.conf": "Include apache2.conf\n",
	}))
	if len(c.Logs) != 0 || len(c.Notes) == 0 {
		t.Errorf("%d logs, notes %.100q", len(c.Logs), c.Notes)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`log_format a '$x' "${y}"; access_log /a/$b a; stream { include c; }`, "LogFormat \"%h \\\"%r\\\"\" a\nCustomLog ${X}/y \\\n a\nErrorLog |x")
	f.Add("x_by_lua_block { }}{ '", "<a>\nInclude .")
	f.Fuzz(func(t *testing.T, nginx, apache string) {
		c := Read(server(map[string]string{"etc/nginx/nginx.conf": nginx, "etc/httpd/conf/httpd.conf": apache}))
		for _, l := range c.Logs {
			if !strings.HasPrefix(l.Path, "/") {
				t.Errorf("%+v is not absolute", l)
			}
		}
	})
}

// A list of proxies that Apache reads from a file is told with the lines of that file.
func TestApacheProxyList(t *testing.T) {
	c := Read(server(map[string]string{
		"etc/apache2/apache2.conf":     "RemoteIPHeader X-Forwarded-For\nRemoteIPTrustedProxyList conf/trusted.lst\nRemoteIPInternalProxyList /absent.lst\n",
		"etc/apache2/conf/trusted.lst": "# our proxies\n198.51.100.0/24  # the office\n\nproxy.example.net\n2001:db8::1\n",
	}))
	if got, want := fmt.Sprint(c.Proxies), "[{198.51.100.0/24 /etc/apache2/conf/trusted.lst:2} {2001:db8::1/128 /etc/apache2/conf/trusted.lst:5}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
