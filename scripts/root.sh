#!/usr/bin/env bash
# Makes a Debian root with QGIS in it: scripts/root.sh SUITE ROOT MIRROR
# It is made beside its place and moved there when it is whole, so that a root which exists can be trusted.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=$1 root=$2 mirror=$3 partial=$2.partial

scripts/packages.sh debootstrap
rm -rf --one-file-system "$partial"
# In a mount namespace of its own, so that nothing stays mounted if it is interrupted. The script for sid serves all
# newer suites, also those that this machine's debootstrap does not know by name.
unshare --mount --pid --fork --kill-child debootstrap --variant=minbase --include=ca-certificates,make \
    "$suite" "$partial" "$mirror" /usr/share/debootstrap/scripts/sid
{
    echo 'Acquire::Check-Valid-Until "false";' # the lists of testing, or of a snapshot, may be old
    apt-config dump | grep -E '^Acquire::(https?|Retries|Check-Date)' || true
} >"$partial/etc/apt/apt.conf.d/90mirror"
cp scripts/packages.sh "$partial/root"
scripts/in-root.sh "$partial" /root/packages.sh
mv "$partial" "$root"
