#!/usr/bin/env bash
# Every test: the core's without QGIS (tests/core/conftest.py refuses it), then those of the plugin, each with a process
# more than there are processors, as there are always some that wait for a server or for QGIS. A file's tests stay
# together, as they share what they made; what takes longest comes first. Arguments go to both.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=offscreen
together=(-n $(($(nproc) + 1)) --dist loadfile --no-loadscope-reorder)

status=0
.venv/bin/python -m pytest "${together[@]}" -p no:pytest_qgis tests/core "$@" || status=$?
.venv/bin/python -m pytest "${together[@]}" tests/process tests/plugin "$@" || status=$?
exit $status
