package payload

import (
	"bytes"
	"strings"

	"gumshoe/ingest"
)

// A header may be nothing but a command, for whoever passes it to a shell: no
// client calls itself "ansible-doc plugin ping" or "id". Many programs do call
// themselves by the name of a command, "curl" and "Chef Client/18.1", with a
// version and without options.

// Sets of the programs whose command lines are told from the names of clients.
var (
	// administrators fetch nothing: with any argument they are a command line.
	administrators = wordSet(`
		adduser ansible ansible-config ansible-console ansible-doc ansible-galaxy ansible-inventory ansible-playbook ansible-pull ansible-vault arp at chef chef-shell chgrp chmod chown crontab cscli
		dmesg dpkg fdisk groupadd hostnamectl id ifconfig iptables journalctl kill killall knife launchctl loginctl ls lsblk lscpu lsmod lsof lspci lsusb mkfifo mkdir mount nbtstat netstat nft nohup passwd pkill printenv ps puppet
		pwd rm route rpm salt salt-call sudo su sysctl systemctl systeminfo tasklist uname useradd userdel usermod vipw visudo whoami wmic`)
	// alone are told without an argument too.
	alone = wordSet(`ansible-console chef-shell crontab dmesg id ifconfig iptables journalctl ls lsblk lscpu lsmod lsof lspci lsusb netstat printenv ps pwd sysctl systemctl systeminfo tasklist uname vipw visudo whoami`)
	// fetchers and everyday words are a command line only with an option.
	optioned = wordSet(`
		apt apt-get awk bash busybox cat certutil chef-client cp csh curl date dd df dig docker du env exec export find free gem gcc git grep head host hostname ip kubectl ksh ln ltrace mv nc ncat nmap node npm
		nslookup openssl perl php pip pip3 ping podman pwsh powershell python python2 python3 rsync ruby scp screen sed service set sftp sh sleep socat sort ss ssh strace svn tail tar tcpdump tee test time timeout tmux top touch tr unset vi vim w wget who xargs xxd yum zsh`)
)

// maxCommandLine bounds the header looked at: longer ones have separators, which
// the rules know.
const maxCommandLine = 128

// commandLine reports whether a header as a whole is the call of a program.
func commandLine(header []byte) bool {
	if len(header) > maxCommandLine {
		return false
	}
	words := strings.Fields(string(unquote(nil, header)))
	if len(words) == 0 {
		return false
	}
	program := words[0]
	if name, value, ok := strings.Cut(program, "="); ok && word([]byte(name)) {
		program = value
	}
	if len(words) == 1 {
		return alone[program]
	}
	option := len(words[1]) > 1 && words[1][0] == '-' && words[1][1] != '-' || len(words[1]) > 2 && strings.HasPrefix(words[1], "--")
	return option && (optioned[program] || administrators[program]) || administrators[program] && firstArgument(words[1])
}

// firstArgument reports whether a word can be the first argument of a command: a
// name in lower case, a file, a number, but no version.
func firstArgument(s string) bool {
	if _, version, ok := strings.Cut(s, "/"); ok && version != "" && '0' <= version[0] && version[0] <= '9' {
		return false
	}
	return s[0] == '/' || s[0] == '*' || 'a' <= s[0] && s[0] <= 'z'
}

// splitName reports a value that begins with the name of a program, once what a shell
// takes out of the middle of a word is gone: w\ho\ami, who$()ami.
func splitName(v *value) (ingest.Class, ingest.Stage) {
	first, _, _ := strings.Cut(strings.TrimSpace(string(v.plain)), " ")
	first = strings.Trim(first, "'\"`\\")
	name := string(unquote(nil, []byte(first)))
	name = name[strings.LastIndexByte(name, '/')+1:]
	if len(name) < 3 || strings.Contains(first, name) || strings.Count(first, "'")%2 != 0 || strings.Count(first, `"`)%2 != 0 || !administrators[name] && !optioned[name] {
		return 0, 0
	}
	return ingest.ClassRCE, ingest.StageExecute
}

// lettersApart accepts quotes between single letters (w'h'o'a'm'i) where the
// letters make the name of a program.
func lettersApart(v *value) (ingest.Class, ingest.Stage) {
	for name := range bytes.FieldsFuncSeq(unquote(nil, v.plain), func(r rune) bool { return !('a' <= r && r <= 'z') && r != '-' && r != '_' }) {
		if administrators[string(name)] || optioned[string(name)] {
			return ingest.ClassRCE, ingest.StageExecute
		}
	}
	return 0, 0
}

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
