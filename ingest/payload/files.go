package payload

import (
	"bytes"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// fileRules find path traversal and the files that it is used to read.
var fileRules = []rule{
	{class: ingest.ClassLFI, at: anywhere, any: []string{"../", `..\`, "/..", `\..`, "..;", ".../", "..0x5c", "..0x2f", "0x2e0x2e", "..%", "....//", `..\/`, "..//"}, check: traversal},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, on: plain | shell, at: anywhere,
		any: []string{"etc/passwd", "etc/shadow", "etc/group", "etc/hosts", "etc/issue", "etc/", "proc/", "/sys/", "win.ini", "boot.ini", "system32", "web-inf", "meta-inf", "id_rsa", ".ssh/", ".aws/", "_history", "httpd.conf", "apache2.conf", "nginx.conf", "php.ini", "my.cnf", "/var/log/", "/var/www/", "/var/run/", "/var/lib/", "/var/mail/", "/var/spool/", "/run/secrets/", "tomcat-users.xml", "access_log", "error_log", "ntuser.dat", "global.asa", "sam._", "/root/", "authorized_keys", "/usr/local/", "hosts.allow", ".docker/", ".kube/", "master.passwd", "unattend.xml", "sysprep", "grub.c"},
		expr: `(?:^|[^\w.\-])/?etc/+(?:passwd|shadow|gshadow|group|hosts|hostname|issue|motd|fstab|mtab|crontab|cron\.|sudoers|resolv\.conf|sub[ug]id|ssh/|ssl/|mysql/|my\.cnf|php|apache|httpd|nginx|security/|profile|services|exports|inetd|xinetd|vsftpd|proftpd|samba|ld\.so|redhat-release|debian_version|os-release|network/|environment|aliases|kubernetes/|postfix|shells|rc\.|init\.d|master\.passwd|opasswd)` +
			`|\bproc/(?:self|\d+|version|cpuinfo|meminfo|net/|sys/|cmdline|mounts|interrupts|sched_debug|environ|uptime|stat\b|kcore)|(?:^|[\s=])/?sys/(?:class|kernel|devices|block|firmware)\b|\b(?:win|boot|system)\.ini\b|\bsystem32\b|\b(?:web|meta)-inf/|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.ssh/|\.aws/|\.(?:bash|sh|zsh|mysql|psql|php|python)_history\b|\b(?:httpd|apache2?|nginx)\.conf\b|\bphp\.ini\b|\bmy\.cnf\b` +
			`|(?:^|[^\w.\-])/run/secrets/|(?:^|[^\w.\-])/var/(?:log|www|run|lib|mail|spool|backups?)/|\b(?:access|error)_log\b|\bntuser\.dat\b|\bglobal\.asa|\bsam\._|(?:^|[\s=])/root/\.?\w|authorized_keys|/boot/grub|\bgrub\.(?:cfg|conf)|\btomcat-users\.xml|(?:^|[\s=.])/usr/local/(?:apache|etc|nginx|apps|mysql|psa|lib|zeus)|\.(?:docker|kube)/\w|master\.passwd|\bunattend\.xml|sysprep\.(?:inf|xml)`, check: notRepository},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, at: inQuery | inAgent, any: []string{"/etc/", "/tmp/", "/dev/", "/opt/", "/srv/", "/home/"},
		expr: `(?:^|[\s>|<;&=])/(?:etc|dev)/\w|[>|<;&]\s*/tmp/|(?:^|[\s=])/tmp/[\w.\-]*\.(?:sh|php|pl|py|c)\b|(?:^|[\s=])/tmp/sess_\w|(?:^|[\s=])/home/[\w.\-]+/\.|^/(?:srv|opt)/[\w./\-]+\.(?:ya?ml|conf|env|ini|properties|php|key|pem)$`},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, at: inQuery, any: []string{"history", ".htaccess", ".htpasswd", ".env", ".git", ".svn", ".bash", "wp-config", "configuration.php", "config.inc", "settings.php", "web.config", ".npmrc", ".netrc", ".pgpass", "localsettings", "database.yml", "parameters.yml", "secrets.yml", ".sql", ".bak", "appsettings.json", ".docker", ".profile", "master.key", "application.y", "application.properties"},
		expr: `(?:^|[/\\])\.(?:history|htaccess|htpasswd|env(?:\.[\w.]+)?|git(?:/|ignore|config|-credentials|$)|svn/|bash(?:rc|_profile|_logout)|npmrc|netrc|pgpass|profile|dockerenv|dockercfg|docker/)|\bwp-config\.(?:php|bak|txt|old)|(?:^|/)(?:configuration\.php|config\.inc\.php|localsettings\.php|web\.config|database\.yml|parameters\.yml|secrets\.yml|appsettings(?:\.\w+)?\.json|master\.key|application\.(?:ya?ml|properties))$|(?:^|/)settings\.php$|^(?:[\w\-/]*/)?(?:backup|dump|db|database|site|www|data|mysql|sql)[\w\-]*\.sql(?:\.\w{1,4})?$`},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, at: inQuery | inPath, any: []string{`:\`, `c:/`, `\\`, "%systemroot%", "%windir%", `$\`},
		expr: `(?:^|[^\w])[c-f]:[\\/]+(?:windows|winnt|boot|inetpub|users[\\/]+(?:administrator|admin|public|default|all)|program files|xampp|wamp|apache|documents and settings|php|mysql|unattend|temp|wwwroot|webroot|htdocs|www[\\/])|^\\\\[\w.:\-\[\]]+\\\w+\$?\\|%(?:systemroot|windir)%|\w\$\\users\\`},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, at: inQuery | inAgent, any: []string{"file:", "jar:", "netdoc:", "local_file:"},
		expr: `(?:^|[^\w])(?:url:)?(?:file|local_file):/{1,3}[^/\s]|\bjar:(?:file|http)|\bnetdoc:/|\blocal_file:`},
	{class: ingest.ClassLFI, stage: ingest.StageLogic, at: inQuery, any: []string{"{file}", "......"}, expr: `[./\\a-z0-9]\{file\}|^(?:file:)?[/\\]?\.{8,}[/\\]?\w`},
	// A parameter of a path without name and value: one server takes the path for another one
	// than the server in front that guards it. "/login;/admin", "/admin;.css".
	{class: ingest.ClassProtocol, stage: ingest.StageMarker, at: inPath, any: []string{";/", ";."}, expr: `(?:^|/)[\w.\-]*;+/|[\w/];+\.(?:css|m?js|json|png|jpe?g|gif|svg|ico|woff2?|html?|txt|jspx?|xhtml|do|action)(?:$|/)`},
	{class: ingest.ClassProtocol, stage: ingest.StageMarker, at: inValue, any: []string{";."}, expr: `^/[\w./\-]+;\.[a-z]{2,5}$`},
	{class: ingest.ClassLFI, stage: ingest.StageExtract, at: inPath, any: []string{"/@fs/", "/static../", "/assets../", "/img../", "/media../", "/files../", "/public../", "/images../", "?raw??", "/cgi-bin/.", "/proc/", "/sys/"},
		expr: `/@fs/|/(?:static|assets|img|media|files|public|images|js|css|uploads?)\.\./|/cgi-bin/\.|^/(?:\w+/)?proc/(?:self|\d+|version|interrupts|net)\b|^/(?:\w+/)?sys/(?:class|kernel|devices)\b`},
}

// traversal judges steps to the parent directory. One step in front of an
// ordinary page is what careless templates write (StageSyntax); more, other
// separators, or a path that climbs above its root are an attack.
func traversal(v *value) (ingest.Class, ingest.Stage) {
	steps, odd, depth, above := 0, false, 0, false
	text := v.plain
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && text[j] != '/' && text[j] != '\\' {
			j++
		}
		part := text[i:j]
		switch {
		case parent(part) != 0 && (j < len(text) || i > 0):
			steps++
			depth--
			above = above || depth < 0
			odd = odd || parent(part) != 2 || (j < len(text) && text[j] == '\\') || (i > 0 && text[i-1] == '\\')
		case len(part) > 0:
			depth++
			if hexSteps(part) || v.at == inPath && bytes.HasPrefix(part, []byte("..")) && trimmedDots(part) {
				steps, odd = steps+1, true
			}
		}
		i = j + 1
	}
	if steps > 0 && v.at&inTarget != 0 {
		odd = odd || spelled().Match(v.raw)
	}
	switch {
	case steps == 0:
		return 0, 0
	case v.at == inReferer:
		if steps < 3 {
			return 0, 0
		}
		return ingest.ClassLFI, ingest.StageLogic
	case v.at == inAgent:
		if steps < 2 && !odd {
			return 0, 0
		}
		return ingest.ClassLFI, ingest.StageLogic
	case v.at == inPath && !odd && !above:
		return 0, 0
	case steps >= 3 || odd || steps == 2 && above:
		return ingest.ClassLFI, ingest.StageLogic
	case v.at == inValue && wantsFile().Match(v.name) && !leads().Match(v.name) && source().Match(text):
		return ingest.ClassLFI, ingest.StageLogic
	case v.at == inPath:
		return 0, 0 // old crawlers resolve "../" wrongly at the root
	}
	return ingest.ClassLFI, ingest.StageSyntax
}

// A single step is an attack where it leads from the files that a parameter names to the
// source or the settings of the site.
var (
	wantsFile = lazyregexp.New(`(?i)(?:^|[^o])file|download|attach|^(?:\w+_?)?path$`)
	leads     = lazyregexp.New(`(?i)redir|return|next|back|dest|target|forward|continue|goto|login|cancel|success|error|ref|url|link|base|page`) // names of where to go from here
	source    = lazyregexp.New(`\.(?:php\d?|phtml|inc|jspx?|aspx?|ashx|cs|config|cfg|conf|ini|properties|ya?ml|env|key|pem|sql|sqlite3?|log|py|rb|class|jar|war)(?:%00.*)?$`)
)

// spelledDot is a dot that is percent-encoded, once or more, in whatever part.
const spelledDot = `%(?:25)*(?:2|%(?:25)*32)(?:e|%(?:25)*[46]5)`

// spelled finds such dots of a step. Nothing that encodes addresses encodes dots next to
// each other, and what follows links takes such a step before it asks.
var spelled = lazyregexp.New(`(?i)(?:` + spelledDot + `(?:` + spelledDot + `|\.)|\.` + spelledDot + `)(?:[/\\;%]|$)`)

// parent returns how many bytes of a path segment climb, 0 for none: "..", and
// "....", "..;" of which filters and servers make it. What stands before it
// ("x=..", `href="..`) is not part of the path.
func parent(part []byte) int {
	semicolon := bytes.HasSuffix(part, []byte{';'})
	part = bytes.TrimSuffix(part, []byte{';'})
	if i := bytes.LastIndexAny(part, "=:, '\"(>"); i >= 0 {
		part = part[i+1:]
	}
	if len(part) < 2 || len(part) != bytes.Count(part, []byte(".")) {
		return 0
	}
	if semicolon {
		return len(part) + 1
	}
	return len(part)
}

// hexSteps reports "0x2e0x2e": dots spelled for a decoder that nobody has.
func hexSteps(part []byte) bool {
	return bytes.Contains(part, []byte("0x2e0x2e")) || bytes.Contains(part, []byte("..0x5c")) || bytes.Contains(part, []byte("..0x2f"))
}

// trimmedDots reports a long run of dots, as traversal lists append to file names.
func trimmedDots(part []byte) bool { return bytes.Count(part, []byte(".")) > 4 }

// notRepository lets a site that shows source code have "etc/nginx/nginx.conf" in
// its paths.
func notRepository(v *value) (ingest.Class, ingest.Stage) {
	if v.at&(inPath|inReferer) != 0 && repository(v.plain) {
		return 0, 0
	}
	return ingest.ClassLFI, ingest.StageExtract
}

// views are what stands between a repository and a branch in the paths of Gitea,
// GitLab, GitHub and Bitbucket: "/team/site/blob/main/etc/nginx/nginx.conf".
var views = [][]byte{[]byte("/blob/"), []byte("/tree/"), []byte("/raw/"), []byte("/blame/"), []byte("/src/branch/"), []byte("/src/tag/"), []byte("/src/commit/"), []byte("/browse/"), []byte("/commits/"), []byte("/edit/"),
	[]byte("/+/refs/"), []byte("/ /refs/"), []byte("/repository/files/")} // Gerrit's, also with its plus taken for a blank; and the interface of GitLab

// repository reports whether a path shows a file of a branch.
func repository(path []byte) bool {
	if bytes.Contains(path, []byte("..")) {
		return false
	}
	for _, view := range views {
		if i := bytes.Index(path, view); i > 1 {
			branch, file, _ := bytes.Cut(path[i+len(view):], []byte{'/'})
			if len(branch) > 0 && branch[0] != '.' && len(file) > 0 {
				return true
			}
		}
	}
	return false
}
