#!/usr/bin/env bash
# Tests and demo on newer versions of QGIS: Debian 13 (3.40) and Debian testing, in roots kept in the user's cache; and
# a trial of the package, where `make package` made one.
# What the demo makes there is left in build/matrix/SUITE. A root that cannot be made because this machine's Debian
# mirror is out of reach is left out; any other failure fails.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ $(id -u) -ne 0 ]]; then
    echo "make matrix works in Debian roots, which only root can make: run it as root." >&2
    exit 1
fi

targets=(test demo)
if [[ -e dist/xopr_crossovers.zip ]]; then
    targets+=(trial)
else
    echo "There is no package to try in the matrix: make package makes it."
fi

roots=${XDG_CACHE_HOME:-$HOME/.cache}/xopr-crossovers/roots
mkdir -p "$roots"
exec 9<"$roots"
if ! flock --nonblock 9; then # one matrix at a time
    echo "Another make matrix is at work; waiting for it to end ..."
    flock 9
fi

make_root() { # SUITE ROOT; 75 if the mirror is out of reach, before or while the root is made
    local mirror
    mirror=$(scripts/mirror.sh "$1")
    [[ -n $mirror ]] || return 75
    echo "Making a root of Debian $1 with QGIS; this takes some minutes ..."
    scripts/root.sh "$1" "$2" "$mirror" &>"$2.log" && return
    mirror=$(scripts/mirror.sh "$1")
    [[ -n $mirror ]] || return 75
    tail -n 20 "$2.log"
    return 1
}

run_inside() { # ROOT; the working tree is copied, but for what was made in it
    local copy=$1/srv/xopr-crossovers
    mkdir -p "$copy" &&
        find "$copy" -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {} + &&
        tar --create --exclude=./.git --exclude=./.venv --exclude=./build . | tar --extract --directory "$copy" &&
        scripts/in-root.sh "$1" make --no-print-directory --keep-going --directory /srv/xopr-crossovers "${targets[@]}"
}

failed=()
for suite in trixie forky; do
    root=$roots/$suite
    status=0
    [[ -e $root ]] || make_root "$suite" "$root" || status=$?
    if [[ $status -eq 75 ]]; then
        echo "Debian $suite is left out: this machine's Debian mirror is out of reach."
        continue
    fi
    if [[ $status -eq 0 ]]; then
        echo "Debian $suite, QGIS $(dpkg-query --admindir="$root/var/lib/dpkg" --show --showformat='${Version}' qgis):"
        run_inside "$root" || status=$?
        mkdir -p build/matrix
        rm -rf "build/matrix/$suite"
        cp -r "$root/srv/xopr-crossovers/build/demo" "build/matrix/$suite" || status=$?
    fi
    [[ $status -eq 0 ]] || failed+=("$suite")
done

if [[ ${#failed[@]} -gt 0 ]]; then
    echo "Failed on Debian ${failed[*]}." >&2
    exit 1
fi
