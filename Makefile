.DEFAULT_GOAL := help
.PHONY: help setup demo test deep run lint bench bench-check guide pictures package trial matrix clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 13

setup: ## install what is missing: Debian's QGIS, .venv, a private QGIS profile
	@scripts/setup.sh

demo: setup ## run the main job on sample data, without the internet; results in build/demo
	@.venv/bin/python demo/run.py

test: setup ## run every test
	@scripts/test.sh

deep: setup ## run again, with all their examples, the tests that draw at random (make test takes some of them)
	@XOPR_EXAMPLES=deep scripts/test.sh -m deep

run: setup ## open QGIS Desktop with the plugin
	@.venv/bin/qgis

lint: setup ## check style and types
	@scripts/lint.sh

bench: setup ## measure speed against upstream's module; ROWS=strtree1,prefix1 for some rows
	@.venv/bin/python bench/run.py

bench-check: setup ## compare the speed with that of the commit before; COMMIT=HEAD~3 for another
	@.venv/bin/python bench/check.py

guide: setup ## write the tables of docs/ from the algorithms
	@QT_QPA_PLATFORM=offscreen .venv/bin/python scripts/guide.py

pictures: setup ## make the pictures of docs/ (as root the first time: Xvfb, a browser)
	@scripts/pictures.sh

package: setup ## make dist/xopr_crossovers.zip, check it as QGIS's plugin repository does, and try it
	@.venv/bin/python scripts/package.py

trial: setup ## install dist/xopr_crossovers.zip into an empty profile and run an algorithm from it
	@.venv/bin/python scripts/package.py trial

matrix: setup ## run tests and demo in Debian 13 and testing, with their newer QGIS
	@scripts/matrix.sh

clean: ## remove what make made here
	rm -rf .venv build dist .pytest_cache .qgis-settings .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
