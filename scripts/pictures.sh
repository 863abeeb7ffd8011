#!/usr/bin/env bash
# Makes the guide's pictures, docs/images: QGIS Desktop on a screen that nobody sees, with the sample catalog and the
# stand-in for CMR; the report in a browser; maps and drawings. With names (such as "form table") only those are kept.
# The map of real frames needs ../shared.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/packages.sh xvfb openbox fonts-open-sans chromium python3-matplotlib python3-pil

build=$PWD/build/pictures
rm -rf "$build"
mkdir -p "$build/shots"
ln -s ../../demo/sample "$build/sample"
# Paths in pictures are of no machine: the copies seem to be in the user's own cache folder, and the report beside it.
export XDG_CACHE_HOME=/tmp/guide/.cache
mkdir -p "$XDG_CACHE_HOME"
ln -sfn "$build/cache" "$XDG_CACHE_HOME/xopr-crossovers"
export XOPR_CACHE_DIR=$build/cache XOPR_PICTURES=$build/shots XOPR_REPORT=/tmp/guide/report.html

started=()
stop() {
    local job
    rm -rf /tmp/guide
    for job in "${started[@]}"; do
        kill "$job" 2>/dev/null || true
    done
}
trap stop EXIT

await() { # until a file has something in it
    for _ in $(seq 100); do
        [[ ! -s $1 ]] || return 0
        sleep 0.1
    done
    echo "Nothing came into $1." >&2
    return 1
}

PYTHONPATH=tests .venv/bin/python -m standin --cycles 22,23 >"$build/address" &
started+=($!)
Xvfb -displayfd 3 -screen 0 1280x820x24 -nolisten tcp 3>"$build/display" 2>"$build/xvfb.log" &
started+=($!)
await "$build/address"
await "$build/display"
XOPR_CMR_URL=$(cat "$build/address")
DISPLAY=:$(cat "$build/display")
export XOPR_CMR_URL DISPLAY
openbox 2>"$build/openbox.log" &
started+=($!)

desktop() { # STORY: tells it in a QGIS with a profile of its own
    local profile=$build/profile-$1 program=/usr/bin/qgis
    [[ ! -x $program.bin ]] || program=$program.bin
    mkdir -p "$profile/profiles/default/QGIS"
    printf '%s\n' '[PythonPlugins]' xopr_crossovers=true '[qgis]' checkVersion=false \
        >"$profile/profiles/default/QGIS/QGIS3.ini"
    XOPR_STORY=$1 timeout 240 "$program" --noversioncheck --nologo --profiles-path "$profile" \
        --code "$PWD/scripts/pictures_desktop.py" >"$build/desktop-$1.log" 2>&1 || {
        tail -n 20 "$build/desktop-$1.log"
        return 1
    }
}

(
    export QGIS_PLUGINPATH=$PWD/.venv/plugins PYTHONNOUSERSITE=1 LANG=C.UTF-8 XDG_RUNTIME_DIR=$PWD/.venv/run
    PATH=/usr/bin:/bin desktop missing # without the packages of .venv
)
# shellcheck source=scripts/environment.sh
. scripts/environment.sh
desktop main
cat "$build/shots/log.txt"

if [[ -s $XOPR_REPORT ]]; then
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1500 \
        --screenshot="$build/shots/report.png" "file://$XOPR_REPORT" >"$build/chromium.log" 2>&1
fi

map() { # NAME TITLE PARAMETER=VALUE ...: finds granules and draws the map of what was found
    local name=$1 title=$2 package=$build/$1.gpkg
    shift 2
    .venv/bin/qgis_process run xopr:findgranules -- "$@" "MATCHED_FRAMES=ogr:dbname=\"$package\" table=\"matched_frames\"" \
        "MATCHES=ogr:dbname=\"$package\" table=\"matches\"" "GRANULES=ogr:dbname=\"$package\" table=\"granules\"" \
        >"$build/$name.log" 2>&1 || { cat "$build/$name.log" && return 1; }
    .venv/bin/python demo/map.py "$package" "$build/shots/$name.png" "$title"
}
map demo-map "Radar frames, by number of ICESat-2 granules (synthetic sample)" CATALOG=demo/sample/catalog \
    POINTS=demo/sample/points.geojson RULE=distance DISTANCE=150000
real=../shared/data/catalog
if [[ -d $real ]]; then
    map real-map "Thwaites Glacier: 505 real radar frames of five seasons, granules of a planned orbit (cycle 22)" \
        CATALOG=$real
fi
mkdir -p "$build/measured"
PYTHONPATH=demo .venv/bin/python -c 'import pathlib, sys, heights, run; heights.measure(pathlib.Path(sys.argv[1]), run.qgis_process)' \
    "$build/measured"
for page in section heights; do
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1260 \
        --screenshot="$build/shots/$page.png" "file://$build/measured/$page.html" >"$build/chromium.log" 2>&1
done
.venv/bin/python scripts/pictures_methods.py "$build/shots"
.venv/bin/python scripts/pictures_keep.py "$build/shots" docs/images "$@"
