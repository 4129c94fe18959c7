# Everything a developer runs; `make help` lists it. The work is done by the scripts in build/.

export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1

# Tests run in the folders of their assemblies, where a relative path would mean something else.
ifdef CONFORMANCE
export CONFORMANCE := $(abspath $(CONFORMANCE))
endif

LISTEN ?= 127.0.0.1:12345
QUICKSTART_DATA := artifacts/quickstart-data

# What the native binary is made of: it is published again only when one of these is newer.
SOURCES := $(shell find src -type f \( -name '*.cs' -o -name '*.csproj' \) -not -path '*/obj/*' -not -path '*/bin/*' -not -path '*/node_modules/*') \
	$(shell find src/Agent.Web/ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/packed/*') \
	Directory.Build.props Directory.Build.targets Directory.Packages.props global.json build/publish build/ui

.DEFAULT_GOAL := help
.PHONY: help setup run build test torture conformance bench clean

help: ## List the targets.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## Check the machine; install what is missing from apt when root.
	@build/setup

run: build ## Build the native binary and run config/quickstart.alloy (LOKI_URL: push there too).
	@rm -rf $(QUICKSTART_DATA)
	@artifacts/invar run config/quickstart.alloy --storage.path=$(QUICKSTART_DATA) --server.http.listen-addr=$(LISTEN)

build: setup ## Build the native binary: artifacts/invar.
	@$(MAKE) -s artifacts/invar

artifacts/invar: $(SOURCES)
	@build/publish

test: setup ## Build and test everything, the native binary included.
	@build/test

torture: build ## Torture the native binary (SECONDS=180, SEED, FAULTS=kill,term,…); the report is artifacts/torture.txt.
	@build/torture "$(SECONDS)" "$(SEED)" "$(FAULTS)"

conformance: setup ## Run the golden data alone; one line a set (CONFORMANCE: its folder).
	@build/conformance

bench: build ## Measure the native binary: logs and idle scenarios.
	@bench/scenarios/logs/run.sh
	@bench/scenarios/idle/run.sh

clean: ## Remove what was built.
	rm -rf artifacts src/Agent.Web/ui/dist src/Agent.Web/ui/packed src/Agent.Web/ui/node_modules
	find src tests bench -type d \( -name bin -o -name obj -o -name TestResults \) -prune -exec rm -rf {} +
