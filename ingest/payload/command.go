package payload

import (
	"strings"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// Commands that are no English words: they need only a separator in front. After
// "data:image/png;base64" there is no argument.
var commandNames = alternatives(`
	cat tac nl uname whoami ifconfig ipconfig netstat wget curl nslookup traceroute tracert nmap ncat netcat telnet
	bash dash zsh ksh csh tcsh busybox sudo chmod chown chattr mkdir rmdir mktemp mkfifo mknod crontab killall pkill nohup setsid
	python\d*(?:\.\d+)? python perl ruby lua php\d* nodejs node gcc awk gawk mawk nawk sed xargs printenv printf hexdump xxd base32 base64\s+\S+? md5sum sha1sum
	lsb_release lsof lspci lsusb lsmod lscpu lsblk dmesg sysctl systemctl journalctl iptables nft useradd userdel usermod adduser passwd pwd vipw visudo
	rsync scp sftp ssh socat tcpdump tftp ftpget dpkg apt-get aptitude yum dnf rpm pip gem npm git svn docker kubectl ansible\S* cscli chef\S*
	cmd(?:\.exe)? powershell(?:\.exe)? pwsh certutil bitsadmin wmic regedit regsvr32 rundll32 mshta cscript wscript schtasks tasklist taskkill systeminfo
	vssadmin icacls cacls attrib nbtstat netsh xcopy robocopy findstr ntdsutil nltest dsquery net1 iex iwr invoke-\w+ expand-archive msbuild msiexec forfiles
	gdb strace ltrace vim vimdiff emacs ed fgrep egrep zgrep zcat bzcat xzcat gunzip gzip bunzip2 unzip cpio 7z 7za strings od rev tailf stdbuf env ls id ps dd du df rm mv cp ln nc vi sh`)

// Commands that are English words too: they need an argument that only a command
// takes.
var wordCommands = alternatives(`
	echo find sort head tail more less time who last at test true false kill sleep touch source set unset export exec eval type dir copy move del erase start
	host dig ping fetch mail finger history jobs read let local declare alias cut paste join split comm look tree file stat date cal clear reset reboot shutdown halt poweroff
	mount umount service watch wall write man info nice screen script tee top free fold expr seq yes timeout ruby rake make call net reg sc ss query assoc ftype ver vol title`)

func alternatives(words string) string { return strings.Join(strings.Fields(words), "|") }

const (
	// separator is what begins a command: the end of another one or a substitution.
	separator = "(?:[;|\\n\\r`{]|&&?|\\$\\(|<\\(|>\\(|\\|\\||[?=]\\s*;)"
	// commandPath is an optional directory of programs.
	commandPath = `(?:[\w./?*~\[\]-]*/)?`
	// commandEnd is what may follow a program's name.
	commandEnd = "(?:$|[\\s;|&<>`)}'\",/\\n\\r$({])"
	// argument is what hardly follows an English word: an option, a path, a
	// variable, a number, a redirection.
	argument = "(?:\\s+(?:[-/+]\\w|[/~.$*%]\\S|\\.\\s|[\"'`]|\\d+(?:$|[\\s;|&.])|\\w+://|\\S+\\.\\w{2,4}(?:$|[\\s;|&])|>)|\\s*(?:[>|;]|&&|`\\s*$|\\)\\s*$))"
)

// commandRules find operating system commands.
var commandRules = []rule{
	{class: ingest.ClassRCE, stage: ingest.StageExecute, dear: true, on: plain | shell, any: []string{";", "|", "&", "`", "$(", "\n", "\r", "<(", ">(", "{"},
		expr: separator + `\s*[({!@]?\s*` + commandPath + `(?:` + commandNames + `)` + `(?:$|[\s;|&<>` + "`" + `)}'",/\n\r$]` + `)(?:[^=]|$)`, check: notList},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, dear: true, on: plain | shell, any: []string{";", "|", "&", "`", "$(", "\n", "\r"},
		expr: separator + `\s*[({!@]?\s*` + commandPath + `(?:` + wordCommands + `)` + argument},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: shell, at: inReferer, any: []string{";", "|", "`", "$("},
		expr: `[;|` + "`" + `]\s*` + commandPath + `(?:cat|id|wget|curl|bash|sh|uname|whoami|ca\?)(?:$|[\s+/;|&])\S|\$\(\s*(?:cat|id|wget|curl|bash|sh|uname|whoami)\b`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | shell, at: anywhere,
		any:  []string{"cat ", "wget ", "curl ", "bash ", "sh ", "nc ", "ping ", "uname ", "ls ", "chmod ", "python", "perl ", "php -", "rm -", "echo ", "id;", "nslookup ", "dir ", "ping.exe", "powershell", "cmd ", "cmd.exe", "certutil", "dd if", "base64 ", "tftp ", "ifconfig", "kill -", "head ", "tail ", "more ", "find /", "sleep ", "grep ", "tar ", "less ", "cd /", "dir+c:", "dir|c:", "xxd -", "iex(", "iex (", "%comspec%"},
		expr: `(?:^|["'=(\s+|&;])(?:(?:tac|cat|head|tail|more|less|nl)\s+(?:-\w+\s+)*[/~.*]\S*[/?*]|wget\s+(?:-\w+\s+)*(?:https?:|ftp:|\d+(?:\.\d+){3}|\d{8}|0x|-)|curl\s+(?:-\w+\s+)*['"]?(?:https?:|\d+(?:\.\d+){3}|\d{8}|0x|-)|(?:ba|da|z|k|c)?sh\s+-[ci]\b|nc(?:at)?\s+(?:-\w+\s+)*(?:-[elnvc]|\d{1,3}\.)|ping(?:\.exe)?\s+-[cniwt]\s*\d|dir[\s+|]+[c-f]:|uname\s+-\w|ls\s+-[a-z]+|chmod\s+(?:\+x|[0-7]{3,4}\s)|python\d*\s+-[cm]|perl\s+-e|php\s+-[rd]\s|rm\s+-[rf]|echo\s+(?:["']?\$|-e|[\w+/=]{8,}\s*\||` + "`" + `)|powershell(?:\.exe)?\s+-\w|cmd(?:\.exe)?\s+/[ckr]|certutil\s+-\w|dd\s+if=|base64\s+(?:-d|--decode)|tftp\s+-|kill\s+-\d|find\s+/|tar\s+-?[cxz]\w*f|cd\s+/(?:tmp|var|etc|dev|usr|root|home)|ifconfig\s+(?:-a|eth|lo)|xxd\s+-[rp])|\biex\s*\(|%comspec%\s*/[ckr]`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inQuery | inAgent, any: []string{"'", `"`, "^", `\`}, expr: `(?:^|[^a-z'"^\\])(?:['"^\\]{0,2}[a-z]['"^\\]{1,2}){3}[a-z]`, check: lettersApart},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, dear: true, on: plain | shell, at: inQuery, any: []string{";", "|", "&", "\n"},
		expr: `^\s*(?:[;|\n]|&&?)\s*(?:` + commandNames + `|` + wordCommands + `|hostname)\s*(?:[;|&#]|$)` + // a value that is nothing but a command behind a separator
			`|[;|&\n]\s*(?:ip\s+(?:-\w+\s+)*(?:a|addr|r|route|link|neigh)\s*(?:$|[;|&])|(?:export|alias|declare)\s+\w+=|(?:dig|host|openssl|ftp|mysql|psql)\s+(?:[a-z]\w+\s+)?(?:-\w|\S*\w\.\w)|net1?\s+(?:user|localgroup|view|share|use|start|stop|accounts)\s*(?:$|[/&|>"']))`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inQuery, any: []string{";.", "; .", "\n."}, // SQLite's shell
		expr: `[;\n]\s*\.(?:sh|shell|system|load|import|read|open|once|output|excel|backup|restore|save|clone|dump|log)\s+\S`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inQuery, any: []string{"=cmd", "+cmd", "-cmd", "@cmd", "*cmd", "hyperlink(", "importxml(", "importdata(", "importfeed(", "webservice(", "dde("}, // formulas for whoever opens an export as a table
		expr: `[=+\-@*]\s*cmd\s*\|\s*['"]?\s*/|^\s*["']?[=+\-@]\s*(?:hyperlink|import(?:xml|data|feed)|webservice|dde)\s*\(`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inQuery, any: []string{`\`, "''", `""`, "``", "$(", "$@", "$*"}, check: splitName},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | shell, at: inAgent, any: []string{";", "|", "&"}, expr: `^\s*(?:[;|]|&&?)\s*` + commandPath + `(?:` + commandNames + `)(?:$|[\s;|&])`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inValue, any: []string{"echo "}, expr: `^\s*(?:[;|\n]|&&?|\|\|)\s*echo\s+\S+\s*[;&|]?\s*$`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inValue, any: []string{"-oproxycommand=", "--use-compress-program=", "--checkpoint-action=", "--upload-pack=", "--to-command="}}, // arguments for ssh, tar and git
	{class: ingest.ClassRCE, stage: ingest.StageLogic, on: plain | shell, at: inValue, any: []string{"ls ", "time "}, expr: `^ls(?:\s+[a-z.*~\-][\w.*~\-]*){2,4}$|^time\s+(?:who|w|id|ls|ps|` + commandNames + `)$`, check: notAbout},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | shell, at: anywhere,
		any:  []string{"bin/", "/dev/tcp", "/dev/udp", "0>&1", "cmd.exe", ">& /", "cmd /c"},
		expr: `(?:^|[^\w.\-]|usr/|local/)s?bin/(?:\w*[?*\[]\w*|(?:ba|da|z|k|c|tc)?sh\b|` + commandNames + `|` + wordCommands + `|nice|false|true|tcsh|pkexec|chroot|su\b)` + commandEnd + `|/dev/(?:tcp|udp)/|[01]>&\d|\bcmd(?:\.exe)?\s*/[ckr]\b|\bcmd\.exe\b`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, dear: true, on: plain, at: inTarget | inAgent, any: []string{"$(", "`", "${", "$[", "$ifs", "<(", ">(", "$@", "$*"},
		expr: `\$\(\s*[\w/.({$<]|[<>]\(\s*[\w/)]|\$\[.*\]|\$\(\(|\$\{?ifs\b|\$\{(?:(?:path|home|shell|pwd|user|hostname|oldpwd|ld_\w+)\b|[a-z_]+(?:[#%:/]|[@^,]))|\w\$[@*]\w|\$\{` + "`" + `|^\s*\$\{(?:shell|bash|0)\}\s` +
			"|`\\s*(?:" + commandNames + `|echo|sleep|true|false|ping|find|which|reboot)(?:\s[^` + "`" + "]*)?`|^`[^`].*`$"},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | shell, at: inQuery | inAgent, any: []string{"?", "*", "["},
		expr: `(?:^|[\s;|&=<>"'(])/(?:[a-z?*]{0,5}[?*][a-z?*]{0,5}/[a-z?*]+|(?:bin|etc|usr|dev|tmp|var|lib|sbin|root|home)/[\w/]*[?*]\w*|[a-z/]*\[[^\]\s=]{1,12}\][a-z/]*)(?:$|[\s;|&<>"'/)+\-])`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, dear: true, on: plain, at: inTarget | inAgent, any: []string{"{"},
		expr: `\{(?:` + commandNames + `|base64|echo|ping|sleep),|\{,\w+[,}]|\w?\{\w{0,3},-?\w{1,4}\}\w`},
	{class: ingest.ClassRCE, stage: ingest.StageLogic, on: plain, at: inValue, any: []string{"!-", "!!"}, expr: `^!(?:!|-\d+)(?:!(?:!|-\d+))*$`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: inTarget, any: []string{"for ", "if "},
		expr: `(?:^|[;&|(]\s*)for\b\s*(?:/[dflr]\b.{0,60}?)?\s*%+\S{0,3}.{0,40}\bin\s*\(.{0,60}\)\s*do\b|(?:^|[;&|(]\s*)for\s+/[dflr]\s.{0,60}\bin\s*\(.{0,60}\)\s*do\b` +
			`|(?:^|[;&|(]\s*)if\s+(?:/i\s+)?(?:not\s+)?(?:(?:exist|defined)\s+\S+\s+\S|errorlevel\s+\d|cmdextversion\s+\d|\(?\S{1,40}(?:\s\S{1,20})?\s*\)?\s*(?:==|\b(?:geq|equ|neq|leq|lss|gtr)\b)\s*\S)`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain, at: anywhere, any: []string{"() {", "(){", "() :", "()\t{"},
		expr: `\(\s*\)\s*\{\s*(?:[:_;\w]|$)`, check: shellshock},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: shell | plain, at: notReferer,
		any:  []string{"|", ">", "<", "&"},
		expr: `\|\s*(?:/?(?:usr/)?(?:s?bin)/)?(?:ba|da|z|k)?sh\b\s*(?:$|[;&|\-<"'])|>\s*/(?:dev|tmp|var|etc|home|proc)/|\b[\w/]+\s*<\s*/etc/|\|\s*set\s+/a\b`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: pair, at: inValue, any: commandParams,
		expr: `^&\w+=\s*["']?(?:` + commandNames + `|dir|set|ver|hostname|date|reboot|echo\s\S+)["']?(?:\s+(?:[-/.\d~*$|>]\S*|\w+)?)?$`, check: commandOnly},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: plain | shell, at: inQuery | inPath, any: []string{"<!--#", "!ruby/", "!!python", "!!ruby", "!!javax", "os.system", "subprocess", "__import__", "os.popen", "popen(", "commands.getoutput", "socket.socket", "gethostbyname", "start-process", "new-object", "downloadstring", "invoke-expression", "wscript.shell", "createobject(", "pty.spawn", "-rsocket", "ipconfig /", "netstat -", "reg query", "reg add", "reg save", "ruby -e", "tasklist /", "systeminfo /", "ssh -", "bitsadmin", "mshta", "regsvr32", "rundll32", "wmic ", "invoke-", "[system.", "net user ", "fsockopen", "execute(", "server.createobject", "response.write", ".execute()", "%x", "system.diagnostics", "system.io."},
		expr: `["'\]]\s*\.\s*execute\s*\(\s*\)|^\s*%x[({\[|!]\w|\bsystem\.(?:diagnostics\.process|io\.file)\.\w+\s*\(|<!--\s*#\s*(?:exec|include|echo|printenv|config|set)\b|!!(?:python|ruby|javax)|!ruby/(?:object|hash|struct|class|sym|regexp)\b|\bos\.(?:system|popen)\s*\(|\bsubprocess\.|__import__\s*\(|\bpopen\d?\s*\(|commands\.getoutput|socket\.(?:socket|gethostbyname)|\bstart-process\b|\bnew-object\s+\w+\.|downloadstring|invoke-expression|wscript\.shell|\bcreateobject\s*\(|pty\.spawn|-rsocket|^(?:ipconfig\s+/|netstat\s+-|tasklist\s+/|systeminfo\s+/|ssh\s+-|ruby\s+-e)\w*|\breg\s+(?:query|add|save)\s+["']?hk|\bbitsadmin\s+/|\bmshta\s+(?:\w+script:|https?:)|\bregsvr32\s+/|\brundll32\s+\S+[,:]|\bwmic\s+(?:process|os|/)|\binvoke-(?:webrequest|restmethod|command)\s+[-'"\w]|\[system\.(?:net|io|diagnostics|reflection|text)\.|\bnet\s+user\s+\S+\s+\S+\s+/add\b|fsockopen\s*\(|\bexecute\s*\(\s*["']|response\.write\s*\(`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: tight, at: inQuery, any: []string{`"execute`, `eval(`, `exe"&`}, expr: `(?:ev)al\(["']?(?:ex)?ecute`},
	{class: ingest.ClassRCE, stage: ingest.StageExecute, on: shell, at: inValue, any: []string{"ping ", "ping 127", "sleep ", "nslookup"},
		expr: `(?:^|[;|&\s])(?:ping\s+(?:-\w\s+\d+\s+)*(?:\d{1,3}\.){3}\d|sleep\s+\d+\s*(?:$|[;|&#])|nslookup\s+\S+\.\S+)`, check: notSentence},
}

// commandParams are parameters that web shells and careless devices run.
var commandParams = parameters("cmd cmds exec execute command shell run ping daemon do ip host daemon_cmd system cli process upload_cmd c code payload e x")

// runs reports a parameter in which nobody asks about commands: what it holds is run.
func runs(name []byte) bool {
	switch strings.ToLower(string(name)) {
	case "cmd", "cmds", "exec", "execute", "command", "shell", "run", "daemon_cmd", "system", "cli", "upload_cmd":
		return true
	}
	return false
}

// parameters returns the literals by which rules on pairs are found.
func parameters(names string) (literals []string) {
	for name := range strings.FieldsSeq(names) {
		literals = append(literals, "&"+name+"=")
	}
	return literals
}

// commandOnly accepts names that are words elsewhere ("x=env", "e=node") only
// where the parameter's name or an argument says command.
func commandOnly(v *value) (ingest.Class, ingest.Stage) {
	text := strings.TrimSpace(string(v.plain))
	if len(text) <= 2 && text != "id" && text != "ls" && text != "ps" {
		return 0, 0
	}
	return ingest.ClassRCE, ingest.StageExecute
}

// notList rejects lists of names: "Open Sans|Roboto", "html;php;perl" separate
// words and hold no argument, no path and no blank.
func notList(v *value) (ingest.Class, ingest.Stage) {
	text := string(v.plain)
	if graphQuery(text) {
		return 0, 0
	}
	if !strings.ContainsAny(text, "/$`<>\n\r-\\'\"(") && !quietCommand(text) {
		return 0, 0
	}
	return ingest.ClassRCE, ingest.StageExecute
}

// quietCommand reports whether a separator is followed by a command that nobody
// lists: those that tell about the machine or fetch something.
func quietCommand(text string) bool {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";|&", r) }) {
		first, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		switch first {
		case "id", "ls", "ps", "pwd", "whoami", "uname", "ifconfig", "ipconfig", "netstat", "printenv", "systeminfo", "tasklist", "w", "wget", "curl", "iwr", "nslookup":
			return true
		case "systemctl", "iptables", "nft", "chmod", "chown", "crontab", "useradd", "userdel", "usermod", "adduser", "mkfifo", "nohup", "pkill", "killall", "rsync", "tcpdump", "dpkg", "apt-get", "yum", "journalctl", "sysctl", "lsof", "kubectl", "socat":
			if rest != "" {
				return true
			}
		case "cat", "sh", "bash", "nc", "rm", "regedit", "cmd", "powershell", "ping":
			if rest != "" && !onlyWords(rest) {
				return true
			}
		case "telnet", "ssh", "scp", "tftp", "nmap", "traceroute", "tracert", "ncat", "netcat":
			if strings.HasPrefix(rest, "-") || hostName().MatchString(rest) {
				return true
			}
		}
	}
	return false
}

// hostName finds a name or an address with a dot among the arguments of a command.
var hostName = lazyregexp.New(`(?:^|[\s@:])[\w\-]+(?:\.[\w\-]+)+(?:$|[\s:/])`)

// onlyWords reports whether a text is only words, as a title is.
func onlyWords(s string) bool {
	for _, w := range strings.Fields(s) {
		for _, c := range w {
			if c >= '0' && c <= '9' || c == '.' || c == '*' || c == '_' {
				return false
			}
		}
	}
	return true
}

// notSentence rejects values in which the command stands among many words.
func notSentence(v *value) (ingest.Class, ingest.Stage) {
	if len(strings.Fields(string(v.plain))) > 6 {
		return 0, 0
	}
	return ingest.ClassRCE, ingest.StageExecute
}

// shellshock tells CVE-2014-6271 in a header from JavaScript in a parameter,
// which is somebody's cross-site scripting instead.
func shellshock(v *value) (ingest.Class, ingest.Stage) {
	if strings.Contains(string(v.plain), "function") {
		return ingest.ClassXSS, ingest.StageLogic
	}
	return ingest.ClassRCE, ingest.StageExecute
}

// notAbout lets people look for what a command does.
func notAbout(v *value) (ingest.Class, ingest.Stage) {
	for _, topic := range []string{"command", "linux", "unix", "man", "tutorial", "example"} {
		if contains(v.plain, topic) {
			return 0, 0
		}
	}
	return ingest.ClassRCE, ingest.StageLogic
}
