#!/usr/bin/env bash
# Runs a command in a Debian root: scripts/in-root.sh ROOT COMMAND...
#
# The mounts are private to the command, and everything that it starts ends with it. Of this machine the root sees, for
# reading: network names, certificates, pip's configuration with the folders that it names, and the folder of real data.
set -euo pipefail
cd "$(dirname "$0")/.."

pip_paths() {
    local settings
    settings=$(.venv/bin/python -m pip config list)
    grep -oP "(?<=[=' ]|\\\\n)/[^' \\\\]+" <<<"$settings" || true
    # Of a file: address the folder around it, as the pages of such an index link to files beside them.
    grep -oP "(?<=file://)/[^' \\\\]+(?=/)" <<<"$settings" || true
}

share() { # a file or folder of this machine, read-only, at the same or another place in the root
    local source target=$root${2:-$1}
    [[ -e $1 ]] || return 0
    source=$(realpath "$1")
    if [[ -d $source ]]; then
        mkdir -p "$target"
    elif [[ ! -e $target ]]; then
        mkdir -p "$(dirname "$target")"
        touch "$target"
    fi
    mount --bind "$source" "$target"
    mount -o remount,bind,ro "$target"
}

inside() {
    root=$1
    shift
    # A root that is no mount point cannot be given mounts of its own by what runs in it.
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t devpts devpts "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    local path
    for path in /etc/hosts /etc/resolv.conf /etc/ssl /usr/local/share/ca-certificates \
        /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip" "$HOME/.pip" $(pip_paths | sort --unique); do
        share "$path"
    done
    share ../shared /srv/shared

    local kept='^(PIP_|SSL_CERT_|REQUESTS_CA_|CURL_CA_|(https?|ftp|no|all)_proxy=|(HTTPS?|FTP|NO|ALL)_PROXY=)'
    local settings
    mapfile -t settings < <(env | grep -E "$kept")
    exec env --ignore-environment "${settings[@]}" HOME="$HOME" TERM="${TERM:-dumb}" LANG=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
}

export -f pip_paths share inside
exec unshare --mount --pid --fork --kill-child bash -euo pipefail -c 'inside "$@"' in-root "$@"
