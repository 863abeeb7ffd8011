# shellcheck shell=bash
# Sourced by what runs QGIS: this plugin, the packages of .venv, and a private profile instead of the user's own.
venv=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../.venv")
export PATH="$venv/bin:$PATH" # QGIS's Python follows PATH to the environment
export PYTHONNOUSERSITE=1
export QGIS_CUSTOM_CONFIG_PATH="${XOPR_QGIS_PROFILES:-$venv/profile}"
export QGIS_PLUGINPATH="$venv/plugins"
export LANG="${LANG:-C.UTF-8}" # a bare machine has no locale, and Qt wants UTF-8
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$venv/run}" # without one, Qt complains on every start
