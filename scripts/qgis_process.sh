#!/usr/bin/env bash
# The machine's qgis_process with this plugin; called as .venv/bin/qgis_process, from anywhere.
set -euo pipefail
# shellcheck source=scripts/environment.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/environment.sh"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"

# Debian's start script of QGIS 3.22 passes --noversioncheck, which qgis_process does not know; later ones remove it.
program=/usr/bin/qgis_process
if [[ -x $program.bin ]] && ! grep --quiet noversioncheck "$program"; then
    program=$program.bin
fi
exec "$program" "$@"
