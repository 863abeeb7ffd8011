#!/usr/bin/env bash
# Every test, in two processes: the core's without QGIS (tests/core/conftest.py refuses it), then those of the plugin.
# Arguments go to both.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=offscreen

status=0
.venv/bin/python -m pytest -p no:pytest_qgis tests/core "$@" || status=$?
.venv/bin/python -m pytest tests/plugin tests/process "$@" || status=$?
exit $status
