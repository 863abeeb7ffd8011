#!/usr/bin/env bash
# Prints the first of this machine's apt sources from which the Debian suite can be fetched: scripts/mirror.sh SUITE
# Prints nothing if none is in reach.
set -euo pipefail

folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # apt fetches as a user of its own
# shellcheck disable=SC2016 # $(REPO_URI) is apt's
apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' | awk '!seen[$0]++' | while read -r uri; do
    /usr/lib/apt/apt-helper -qq download-file "${uri%/}/dists/$1/InRelease" "$folder/InRelease" &>/dev/null || continue
    grep --quiet '^Origin: Debian$' "$folder/InRelease" || continue
    echo "$uri"
    break
done
