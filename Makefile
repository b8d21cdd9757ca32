# Every command of the project. Each is one line: what it does is in ./vigil and package.json.

STACK ?= local
export STACK

# Where this file is, wherever make is called from. By the environment, which needs no quoting of the path.
export MAKEFILE_LIST
here = "$$(dirname -- "$$(readlink -f -- "$${MAKEFILE_LIST\# }" 2>/dev/null)")"

# Where whoever called it stands, which -C changes for everything that is started: what is offered works there.
export VIGIL_FROM := $(value PWD)

.DEFAULT_GOAL := help
.PHONY: help up preview refresh down verify alerts-test check-hosts status logs explain reach render doctor bench docs check new mutate scorecard processor-image test test-long test-plugins

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(here)/Makefile
	@printf '\n  STACK=dev make up chooses another stack (default: local).\n'

up: ## Make the estate what the program says; fixes what was changed or killed
	@$(here)/vigil up

preview: ## Show what up would change (DETAIL=1: every line)
	@$(here)/vigil preview

refresh: ## Compare what is recorded with what is really there
	@$(here)/vigil refresh

down: ## Stop and remove everything, keeping data (PURGE=1: the data, too)
	@$(here)/vigil down

verify: ## Prove that the running estate works
	@$(here)/vigil verify

alerts-test: ## Send a test alert through the stack (ALERT=HostDown HOST=db-1)
	@$(here)/vigil alerts-test $(ALERT) $(if $(HOST),--host $(HOST))

check-hosts: ## Compare what stands on hosts with what was installed there
	@$(here)/vigil check-hosts

status: ## Show what is watched and what is firing
	@$(here)/vigil status

logs: ## Show what the servers say (SERVICE=prometheus for one)
	@$(here)/vigil logs

explain: ## Explain what an alert means, who is notified, what silences it (ALERT=HostDown)
	@$(here)/vigil explain $(ALERT)

reach: ## Say which alerts can fire here, and what the others need (DETAIL=1 names each)
	@$(here)/vigil reach

render: ## Write the configuration files to OUT=folder, without an engine
	@$(here)/vigil render

doctor: ## Look at this machine: tools, space, engines, plugins
	@$(here)/vigil doctor

bench: ## Measure what the README claims (NAME=scrape for one)
	@$(here)/vigil bench $(NAME)

docs: ## Write what is generated from the code into the documents
	@$(here)/vigil docs

check: ## Check format, lint and types
	@$(here)/vigil check

new: ## Add an exporter: its files, and a line in each list (SERVICE=memcached)
	@$(here)/vigil new $(SERVICE) $(ARGS)

mutate: ## Change every alert and see whether its tests notice
	@$(here)/vigil mutate $(ALERT)

scorecard: ## Write what the catalogue of alerts has and what is proven of it
	@$(here)/vigil scorecard

processor-image: ## Build the image of the alert processor (IMAGE=name:tag, BASE=image with Node)
	@docker build -f $(here)/services/alert-processor/Dockerfile -t $(or $(IMAGE),vigil-alert-processor:0.1.0) \
		$(if $(BASE),--build-arg BASE=$(BASE)) $(here)

test: ## Run every test but the long ones
	@$(here)/vigil test --coverage

test-long: ## Run the long tests: whole estates over minutes
	@$(here)/vigil test --long

test-plugins: ## Run the dev stack through the official provider plugins, where they are installed
	@$(here)/vigil test test/plugins --runInBand --testPathIgnorePatterns=/node_modules/
