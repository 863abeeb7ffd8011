#!/usr/bin/env bash
# Installs those of the named Debian packages (or, if none is named, of those that everything needs) that are missing.
set -euo pipefail
[[ $# -gt 0 ]] || set -- qgis python3-qgis python3-venv curl wget

missing=()
for package in "$@"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]]; then
    echo "Debian packages are missing; as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "Installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
# After an installation that was interrupted apt-get wants this first; what it cannot mend, --fix-broken does.
dpkg --configure --pending &>/dev/null || true
apt-get --quiet=2 update
apt-get --quiet=2 --yes --fix-broken --no-install-recommends --option Dpkg::Use-Pty=0 install "${missing[@]}" >/dev/null
