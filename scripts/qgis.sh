#!/usr/bin/env bash
# QGIS Desktop with this plugin loaded, in the private profile; called as .venv/bin/qgis and by `make run`.
set -euo pipefail
# shellcheck source=scripts/environment.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/environment.sh"
exec /usr/bin/qgis --profiles-path "$QGIS_CUSTOM_CONFIG_PATH" "$@"
