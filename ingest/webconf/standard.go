package webconf

import (
	"slices"
	"strings"
)

// standard are the formats that every reader of access logs knows, as Apache
// describes them and as nginx would.
var standard = []string{
	`%h %l %u %t "%r" %>s %b`,
	`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`,
	`%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
}

// spelled removes differences of spelling: the sizes with and without headers
// stand in the same place, and so do the peer's name and address.
var spelled = strings.NewReplacer(`%O`, `%b`, `%B`, `%b`, `%a`, `%h`, `{user-agent}`, `{User-agent}`, `{User-Agent}`, `{User-agent}`,
	`{referer}`, `{Referer}`, `$bytes_sent`, `$body_bytes_sent`)

// described drops the description of a standard format.
func described(spec string) string {
	if slices.Contains(standard, spelled.Replace(strings.TrimSpace(spec))) {
		return ""
	}
	return spec
}
