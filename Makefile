.DEFAULT_GOAL := help
.PHONY: help setup demo test run lint matrix clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install what is missing: Debian's QGIS, .venv, a private QGIS profile
	@scripts/setup.sh

demo: setup ## run the main job on sample data, without the internet; results in build/demo
	@.venv/bin/python demo/run.py

test: setup ## run every test
	@scripts/test.sh

run: setup ## open QGIS Desktop with the plugin
	@.venv/bin/qgis

lint: setup ## check style and types
	@scripts/lint.sh

matrix: setup ## run tests and demo in Debian 13 and testing, with their newer QGIS
	@scripts/matrix.sh

clean: ## remove what make made here
	rm -rf .venv build .pytest_cache .qgis-settings .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
