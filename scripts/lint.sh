#!/usr/bin/env bash
# Style (ruff) and types (mypy).
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
.venv/bin/ruff check . || status=1
.venv/bin/ruff format --check . || status=1
# By package name, so that the folder of the clone may be called anything.
cd .venv/plugins
MYPYPATH=. ../bin/mypy --config-file xopr_crossovers/pyproject.toml \
    -p xopr_crossovers.core -p xopr_crossovers.plugin -p xopr_crossovers.algorithms || status=1
exit $status
