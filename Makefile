# Every command of the project. Each is one line: what it does is in ./vigil and package.json.

STACK ?= local
export STACK

.DEFAULT_GOAL := help
.PHONY: help up preview refresh down verify alerts-test status logs explain reach render doctor bench docs check mutate scorecard processor-image test test-plugins

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  STACK=dev make up chooses another stack (default: local).\n'

up: ## Make the estate what the program says; mends what was changed or killed
	@./vigil up

preview: ## Show what up would change (DETAIL=1: every line)
	@./vigil preview

refresh: ## Compare what is recorded with what is really there
	@./vigil refresh

down: ## Stop and remove everything, keeping data (PURGE=1: the data, too)
	@./vigil down

verify: ## Prove that the running estate works
	@./vigil verify

alerts-test: ## Send a test alert through the stack (ALERT=HostDown HOST=db-1)
	@./vigil alerts-test $(ALERT) $(if $(HOST),--host $(HOST))

status: ## Show what is watched and what is firing
	@./vigil status

logs: ## Show what the servers say (SERVICE=prometheus for one)
	@./vigil logs

explain: ## Say what an alert means, who is told, what silences it (ALERT=HostDown)
	@./vigil explain $(ALERT)

reach: ## Say which alerts can fire here, and what the others need (DETAIL=1 names each)
	@./vigil reach

render: ## Write the configuration files to OUT=folder, without an engine
	@./vigil render

doctor: ## Look at this machine: tools, space, engines, plugins
	@./vigil doctor

bench: ## Measure what the README claims (NAME=scrape for one)
	@./vigil bench $(NAME)

docs: ## Write what is generated from the code into the documents
	@./vigil docs

check: ## Check format, lint and types
	@./vigil check

mutate: ## Change every alert and see whether its tests notice
	@./vigil mutate $(ALERT)

scorecard: ## Write what the catalogue of alerts has and what is proven of it
	@./vigil scorecard

processor-image: ## Build the image of the alert processor (IMAGE=name:tag, BASE=image with Node)
	@docker build -f services/alert-processor/Dockerfile -t $(or $(IMAGE),vigil-alert-processor:0.1.0) \
		$(if $(BASE),--build-arg BASE=$(BASE)) .

test: ## Run every test
	@./vigil test --coverage

test-plugins: ## Run the dev stack through the official provider plugins, where they are installed
	@./vigil test test/plugins --runInBand --testPathIgnorePatterns=/node_modules/
