#!/usr/bin/env bash
# Makes what every other command needs: Debian's QGIS, the virtual environment .venv with the requirements, and in it
# a private QGIS profile with this plugin enabled. May be repeated at no cost, and interrupted at any point: the stamp
# that says "ready" is written last.
set -euo pipefail
cd "$(dirname "$0")/.."
exec 9<.
flock 9 # one set-up at a time

scripts/packages.sh

python=/usr/bin/python3 # the one that QGIS was built for, whatever is first on PATH
facts=$("$python" -I -c 'import sys; from importlib.metadata import version; print(version("numpy"), sys.version)')
constraints=()
[[ $facts != 1.* ]] || constraints=(--constraint constraints-numpy1.txt)

stamp=.venv/ready
recipe=$({ echo "$PWD $facts"; cat requirements.txt requirements-dev.txt constraints-numpy1.txt "$0"; } | sha256sum)
[[ $(cat $stamp 2>/dev/null || true) != "$recipe" ]] || exit 0

echo "Making .venv ..."
rm -rf .venv 2>/dev/null || rm -rf .venv # once more where a QGIS that is still open wrote into it meanwhile
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet "${constraints[@]}" -r requirements.txt -r requirements-dev.txt

# Only now may the environment see the system's packages, for the sake of qgis: pip would have taken Debian's versions
# of the requirements as good enough, and those of the environment come first anyway.
sed -i 's/^include-system-site-packages = false$/include-system-site-packages = true/' .venv/pyvenv.cfg

# The plugin's name is xopr_crossovers whatever this folder is called, for QGIS as for `import xopr_crossovers`.
mkdir .venv/plugins
ln -s ../.. .venv/plugins/xopr_crossovers
echo "$PWD/.venv/plugins" > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/xopr.pth"

mkdir -m 700 .venv/run
mkdir -p .venv/profile/profiles/default/QGIS
printf '[PythonPlugins]\nxopr_crossovers=true\n' > .venv/profile/profiles/default/QGIS/QGIS3.ini
ln -s ../../scripts/qgis_process.sh .venv/bin/qgis_process
ln -s ../../scripts/qgis.sh .venv/bin/qgis

echo "$recipe" > $stamp
