#!/usr/bin/env bash
# Every test: the core's without QGIS (tests/core/conftest.py refuses it), then those of the plugin, each with as many
# processes as there are processors. A file's tests stay together, as they share what they made. Arguments go to both.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=offscreen

status=0
.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -p no:pytest_qgis tests/core "$@" || status=$?
.venv/bin/python -m pytest -n auto --dist loadfile tests/plugin tests/process "$@" || status=$?
exit $status
