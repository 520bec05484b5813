# `make run` and `make test` work from a fresh clone on a machine with Go.
# Variables: GO, ARGS (added to `hookfill serve`), PKG (what `make test` runs:
# `make test PKG=./domain`), FUZZTIME, TIMEOUT (of all specs together), CYCLES (of
# chaos), SEEDS (how many to simulate), SEED (of simulate or chaos: the choices of
# an earlier run), ORDERS (of faults: how many for each way to fail), MINUTES and
# RATE (of soak: how long, and alerts a second), MUTANT (part of a name).

GO       ?= go
ARGS     ?=
PKG      ?= -r
FUZZTIME ?= 10s
CYCLES   ?= 10
SEEDS    ?= 2000
ORDERS   ?= 1000
MINUTES  ?= 10
RATE     ?= 300
SEED     ?=
MUTANT   ?=
TIMEOUT  ?= 15m

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT     := .tools/golangci-lint

.DEFAULT_GOAL := help
.PHONY: help run build test deno edge simulate mutants chaos faults conformance soak bench cover fuzz lint fmt tidy-check clean go

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name does; do printf '  %-11s %s\n' "$$name" "$$does"; done

run: build ## Serve a paper account and a demo webhook on a private PostgreSQL
	@[ -n "$$HOOKFILL_DATABASE_URL" ] || .ci/postgres
	@exec bin/hookfill serve --demo $(ARGS)

build: go ## Build bin/hookfill, static
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/hookfill ./cmd/hookfill

test: go ## Run every spec: raced, in parallel, in random order, on a PostgreSQL of their own
	@.ci/postgres
	@.ci/compiler
	@GO=$(GO) TIMEOUT=$(TIMEOUT) .ci/test $(PKG)

deno: ## Check, lint and test what is TypeScript under supabase, by a Deno from npm
	@for folder in examples/frontend functions/hooks; do \
		for does in 'fmt --check -q' 'lint -q' 'check -q' 'test -q --allow-net=127.0.0.1'; do \
			(cd supabase/$$folder && ../../../.ci/deno $$does) || exit 1; done; done

edge: go ## Run the edge function itself as a second door, before and while the server starts
	@.ci/postgres
	@.ci/compiler
	@.ci/deno --version > /dev/null
	@HOOKFILL_TEST_REQUIRE_DATABASE=1 HOOKFILL_TEST_DENO=$(CURDIR)/.ci/deno $(GO) test -count=1 -run '^TestHookfill$$' ./cmd/hookfill \
		-ginkgo.focus='come by two doors'

simulate: go ## Run the execution core through SEEDS worlds of faults, or through the one of SEED again
	@HOOKFILL_TEST_SEEDS=$(SEEDS) HOOKFILL_TEST_SEED=$(SEED) $(GO) test -count=1 -timeout 0 -v -run '^TestSimulation$$' \
		./app/simulation -ginkgo.focus='whatever a seed breaks' -ginkgo.timeout 24h

mutants: go ## Break the code in each way .ci/mutants knows, or those of MUTANT, and show each one caught
	@GO=$(GO) .ci/mutate $(MUTANT)

chaos: go ## Kill, freeze and cut off processes CYCLES times while alerts arrive: none lost, doubled or misordered
	@.ci/postgres
	@.ci/compiler
	@HOOKFILL_TEST_REQUIRE_DATABASE=1 HOOKFILL_TEST_CHAOS_CYCLES=$(CYCLES) HOOKFILL_TEST_CHAOS_SEED=$(SEED) \
		CGO_ENABLED=1 $(GO) test -race -count=1 -timeout 0 -v -run '^TestHookfill$$' ./cmd/hookfill \
		-ginkgo.v -ginkgo.silence-skips -ginkgo.focus='killed, frozen and cut off' -ginkgo.timeout 24h

faults: go ## Place ORDERS orders for each way a broker can fail: one of each is there in the end
	@HOOKFILL_TEST_FAULT_ORDERS=$(ORDERS) $(GO) test -count=1 -timeout 0 ./adapters/alpaca ./app \
		-ginkgo.focus='leaves exactly one|an Alpaca that fails' -ginkgo.timeout 24h

conformance: go ## Write anew what ports/portstest/CONFORMANCE.md says of every case of the broker suites
	@HOOKFILL_TEST_CONFORMANCE=write $(GO) test -count=1 -p 1 ./adapters/alpaca ./adapters/paper

soak: go ## Post RATE alerts a second for MINUTES and execute them: nothing grows but the records
	@.ci/postgres
	@HOOKFILL_TEST_REQUIRE_DATABASE=1 HOOKFILL_TEST_SOAK_SECONDS=$$(( $(MINUTES) * 60 )) HOOKFILL_TEST_SOAK_RATE=$(RATE) \
		$(GO) test -count=1 -timeout 0 -v -run '^TestHookfill$$' ./cmd/hookfill \
		-ginkgo.silence-skips -ginkgo.focus='under a steady load' -ginkgo.timeout 24h

bench: go ## What it costs to take in, claim, execute and send, beside doing that barely, as ratios
	@.ci/postgres
	@$(GO) test -run '^$$' -bench DurableAlerts -benchtime 1x -timeout 20m ./cmd/hookfill
	@$(GO) test -run '^$$' -bench 'ExecutedOrders|FirstByte' -benchtime 1x -timeout 20m ./app/appfx
	@$(GO) test -run '^$$' -bench 'Claim$$' -benchtime 1x -timeout 20m ./adapters/postgres
	@$(GO) test -run '^$$' -bench 'Submit$$' -benchtime 3000x ./adapters/alpaca

cover: go ## Run every spec and print what they cover; the profile is cover.out
	@.ci/postgres
	@HOOKFILL_TEST_REQUIRE_DATABASE=1 $(GO) run github.com/onsi/ginkgo/v2/ginkgo -p --keep-going --timeout=$(TIMEOUT) \
		--cover --covermode=atomic --coverpkg=./... --coverprofile=cover.out --output-dir=. $(PKG)
	@$(GO) tool cover -func=cover.out | tail -1

fuzz: go ## Run each fuzz target for FUZZTIME
	@find . -name '.?*' -prune -o -name '*_test.go' -exec grep -Ho '^func Fuzz[A-Za-z0-9_]*' {} + | sort | \
		{ set -e; while IFS=: read -r file target; do target=$${target#func }; \
			echo "$$target in $$(dirname "$$file")"; \
			$(GO) test "$$(dirname "$$file")" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME); \
		done; }

lint: go $(LINT) ## Check format, vet and the linters of .golangci.yaml
	@unformatted=$$(find . -name '.?*' -prune -o -name '*.go' -exec gofmt -l {} +); \
		[ -z "$$unformatted" ] || { echo "not gofmt'ed (make fmt):"; echo "$$unformatted"; exit 1; }
	@$(GO) vet ./...
	@$(LINT) config verify
	@$(LINT) run ./...

fmt: go $(LINT) ## Format all code as lint wants it
	@$(LINT) fmt ./...

tidy-check: go ## Check that the module files are tidy and the modules what go.sum says
	@$(GO) mod tidy -diff
	@$(GO) mod verify

clean: ## Remove what was built; the private cluster in .hookfill stays
	rm -rf bin .tools cover.out

# Built once; rebuilt when its pin moves.
$(LINT): .ci/tools/go.mod .ci/tools/go.sum
	@echo 'building golangci-lint (once, about a minute and a half on two cores)'
	@$(GO) build -C .ci/tools -ldflags '-s -w' -o $(CURDIR)/$@ \
		github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

go:
	@command -v $(GO) >/dev/null || { echo 'hookfill: Go 1.26 or newer is needed: https://go.dev/dl/' >&2; exit 1; }
