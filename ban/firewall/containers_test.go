package firewall

import "testing"

// containers tells the story of a published port, set up as Docker does it: the
// server redirects 8080 and 8081 to port 80 of a container, and asks DOCKER-USER
// before it forwards.
//
//	attacker ── server:8080, 8081 ─── DNAT ───> container 172.17.0.2:80
func containers(t *testing.T, w world, d Driver, variants map[string]string) {
	iptables := "iptables-nft"
	if v := variants["iptables"]; v != "" {
		iptables = v
	}
	container := newHost(t)
	command(t, "ip", "link", "add", "docker0", "netns", w.server.name, "type", "veth", "peer", "name", "eth0", "netns", container.name)
	for _, h := range []struct {
		host
		device, address string
	}{{w.server, "docker0", "172.17.0.1/16"}, {container, "eth0", "172.17.0.2/16"}} {
		h.addresses(h.device, h.address)
		command(t, "ip", "-n", h.name, "link", "set", h.device, "up")
	}
	command(t, "ip", "-n", container.name, "route", "add", "default", "via", "172.17.0.1")
	container.listen(80)
	w.server.forward()
	w.server.run(iptables, "-N", "DOCKER-USER")
	w.server.run(iptables, "-A", "FORWARD", "-j", "DOCKER-USER")
	w.server.run(iptables, "-A", "DOCKER-USER", "-j", "RETURN")
	for _, port := range []string{"8080", "8081"} {
		w.server.run(iptables, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", port, "-j", "DNAT", "--to-destination", "172.17.0.2:80")
	}

	syncTo(t, d, want(t, banned("198.51.100.64/28")))
	w.expect(try{attacker65, server4, 8080, false}, try{attacker4, server4, 8080, true})

	syncTo(t, d, want(t, banned(attacker4+"/32", ports(8080)), banned(attacker66+"/32", ports(80))))
	w.expect(
		try{attacker4, server4, 8080, false}, try{attacker4, server4, 8081, true}, // the port that was asked for,
		try{attacker66, server4, 8080, true}, try{attacker66, server4, 80, false}) // not the container's
}
