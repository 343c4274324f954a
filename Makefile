# make test    everything that must hold before a commit
# make build   the static binary ./gumshoe

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null)
EVAL        ?=
DUCKDB      := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gumshoe-tools/duckdb
FUZZ        ?= 20
# Packages whose tests are too long for the race detector, or run on one goroutine: they are
# played without it. Those of RACED, which use every part at once, are also played with it.
LONG        := ./cmd/gumshoe ./cmd/gumshoe-traffic/... ./docs ./ingest/archive ./ingest/format ./report ./packaging
RACED       := ArchiveOverRotation|ArmedJob|ReportIsMailed|Scenarios|WorkersDoNotMatter|JournalBesideLog|ReadBesideWriter
WORK        ?= $(shell mktemp -u -d)

# What is built is guided by a profile (cmd/gumshoe/default.pgo). Tests need not be,
# and to compile everything once more would cost them minutes. For the same reason all
# but the race detector's are built as packages are, and none is linked for a debugger.
lint unit fuzz soak live golden: export GOFLAGS += -pgo=off -trimpath -ldflags=-w
lint unit fuzz soak live golden: export CGO_ENABLED := 0

.PHONY: build packages test tools lint unit fuzz quality bench pgo soak live ai-live golden

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o gumshoe ./cmd/gumshoe

# deb, rpm and apk for amd64, arm64 and armv7, in DIST, or some of them: make packages
# FORMATS=deb ARCHS=amd64. The same commit gives the same bytes.
DIST    ?= dist
FORMATS ?=
ARCHS   ?=
packages:
	@packaging/build $(DIST) $(FORMATS) -- $(ARCHS)

test: tools lint unit fuzz

# The race detector needs a C compiler; the program does not. Without
# systemd-journal-remote the tests of real journals skip, and without DuckDB, which
# npm installs into the user's cache, those that have the archive read by another program.
# The tests of the firewall send real packets, and let web servers read their lists.
# Those of the package install it into a copy of the machine, and boot systemd in another,
# beside fail2ban and cron.
tools: $(DUCKDB)/node_modules
	@missing=; \
	command -v gcc >/dev/null || missing="gcc libc6-dev"; \
	[ -x /lib/systemd/systemd-journal-remote ] || [ "$$(id -u)" != 0 ] || missing="$$missing systemd-journal-remote"; \
	command -v fail2ban-regex >/dev/null || [ "$$(id -u)" != 0 ] || missing="$$missing fail2ban"; \
	[ -x /usr/bin/time ] || missing="$$missing time"; \
	[ -e /lib/systemd/system/dbus.socket ] || [ "$$(id -u)" != 0 ] || missing="$$missing dbus"; \
	[ "$$(id -u)" != 0 ] || for need in ip:iproute2 iptables:iptables ipset:ipset nft:nftables nsenter:util-linux nginx:nginx-light apache2:apache2-bin systemd-analyze:systemd systemd-nspawn:systemd-container cron:cron rpm:rpm busybox:busybox-static man:man-db mandoc:mandoc tcpdmatch:tcpd; do \
		command -v $${need%%:*} >/dev/null || missing="$$missing $${need#*:}"; done; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] || { echo "the race detector needs gcc: apt-get install $$missing"; exit 1; }; \
		apt-get update -q && apt-get install -qy --no-install-recommends $$missing; }

$(DUCKDB)/node_modules: ingest/archive/testdata/duckdb/package-lock.json
	@command -v npm >/dev/null || { [ "$$(id -u)" = 0 ] || { echo "DuckDB needs npm: apt-get install npm"; exit 1; }; \
		apt-get update -q && apt-get install -qy --no-install-recommends nodejs npm; }
	mkdir -p $(DUCKDB) && cp ingest/archive/testdata/duckdb/package*.json $(DUCKDB)
	cd $(DUCKDB) && npm install --no-save --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

lint:
	@bad=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$bad" ] || { echo "not gofmt-ed:"; echo "$$bad"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

# Where a tool is missing a test skips and says so; in CI (CI=true) that is a
# failure, because nobody reads there what was skipped; and lint has vetted it all.
unit:
ifeq ($(CI),true)
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	{ CGO_ENABLED=1 go test -vet=off -race -timeout 20m -v $$(go list ./... | grep -vxF "$$(go list $(LONG))") && \
	CGO_ENABLED=1 go test -vet=off -race -v -run '$(RACED)' ./cmd/gumshoe ./ingest/archive && \
	go test -vet=off -v $(LONG); } >"$$log" 2>&1 || { grep -vE '^\s*(=== |--- PASS)' "$$log"; exit 1; }; \
	grep -E '^ok' "$$log"; \
	! grep -A2 -E '^\s*--- SKIP' "$$log" || { echo "a skipped test is a failure here"; exit 1; }
else
	CGO_ENABLED=1 go test -race -timeout 30m ./...
	go test $(LONG)
endif

# Every fuzz target for a moment; FUZZ=600 for ten minutes in all, shared. In CI nearly the same inputs each time.
fuzz:
	@.ci/fuzz $(FUZZ)

# How well it detects: the generator's suites, whose truth is known. EVAL is a
# directory of labelled logs with its score.py, which comes on top; then whether
# the fast path and the plain one agree on every line of them.
quality: build
	go run ./cmd/gumshoe-traffic evaluate --gumshoe ./gumshoe
ifneq ($(EVAL),)
	work="$(WORK)"; python3 $(EVAL)/score.py run $(EVAL) "$$work" --bin ./gumshoe --analyze; \
	LOGS=$$(realpath "$$work")/logs go test -pgo=off -count=1 -run 'PlainPath|WorkersDoNotMatter' ./ingest ./ingest/format ./cmd/gumshoe
endif

# How fast it is: the complete job beside the installed peers, how it scales, and
# the benchmarks that stand beside the hot functions. Minutes; prints tables. The head of
# .ci/bench says what makes it smaller.
bench:
	@.ci/bench
	go test -run '^$$' -bench . -benchmem $$(grep -lE '^func Benchmark' $$(git ls-files -co --exclude-standard '*_test.go') | xargs -n1 dirname | sort -u | sed 's,^,./,')

# The profile that builds are guided by: which calls are hot in the complete job over
# our own traffic. An old one breaks nothing; it only helps less.
pgo:
	@work=$$(mktemp -d); trap 'rm -r "$$work"' EXIT; \
	go test -pgo=off -run '^$$' -bench '^BenchmarkAnalyze$$' -benchtime 20x -cpu 1 -cpuprofile cmd/gumshoe/default.pgo -o "$$work/test" ./cmd/gumshoe

# Real runs killed at KILLS moments, and the firewall's at every step: archive, ledger
# and engine must end as if none had been.
KILLS ?= 500
soak:
	KILLS=$(KILLS) go test ./cmd/gumshoe ./ban/firewall -run 'TestKilledRuns|TestKilledBans|TestDeath' -v -timeout 0

# The package installed by the lines of README and docs in a container that boots
# systemd, and all that systemd, cron and fail2ban do with it.
live:
	go test -count=1 -v -run '^TestLive$$' ./packaging

# The second opinion against a real inference engine, whose model talks nonsense.
ai-live:
	@.ci/ai-live

# Rewrite what the tests expect, by those in the files that know of -update. Read the diff
# before you commit it.
golden:
	@for p in $$(grep -lE '[*]update\b' $$(git ls-files -co --exclude-standard '*_test.go') | xargs -r -n1 dirname | sort -u); do \
		tests=$$(grep -lE '[*]update\b' "$$p"/*_test.go | xargs sed -nE 's/^func (Test[A-Z]\w*)\(t .*/\1/p' | paste -sd '|'); \
		echo "go test ./$$p -run '^($$tests)\$$' -update"; go test "./$$p" -run "^($$tests)\$$" -update; done
