#!/bin/sh
# @ABOUT@
#
#     sh @SELF@ [FOLDER]
#
# The files come into FOLDER, or into the folder where you are. What is there whole is not fetched again, and what broke
# off goes on where it was: run it again until it ends well. It ends with 0 if every file is there, else with 1 and a
# list of those that are missing; with 2 if it could not begin.
#
# You need a login of NASA's Earthdata (free, https://urs.earthdata.nasa.gov). This file holds none; give it either
#     in the variable EARTHDATA_TOKEN: a token, from "Generate Token" on that page; or
#     in the file ~/.netrc, a line: machine urs.earthdata.nasa.gov login YOURS password YOURS
# The token goes to the host of the links alone, if it is NASA's or this computer, or if EARTHDATA_HOSTS names it.
#
# XOPR_TRIES (5): tries of a file that does not get on. XOPR_PAUSE (5): seconds before the second of them, doubled each
# time. XOPR_STALL (60): seconds without a byte that are waited for.
set -u
LC_ALL=C
export LC_ALL
tries_at_most=${XOPR_TRIES:-5}
first_pause=${XOPR_PAUSE:-5}
stall=${XOPR_STALL:-60}
probe_bytes=4096

listed() {
    cat <<'END_OF_THE_LIST'
@LIST@
END_OF_THE_LIST
}

say() { printf '%s\n' "$*"; }

warn() { printf '%s\n' "$*" >&2; }

quit() {
    warn "$*"
    exit 2
}

@ENGINE@

# --- links and answers ---

origin() {
    rest=${1#*://}
    printf '%s' "${1%%://*}://${rest%%[/?#]*}"
}

host() {
    rest=$(origin "$1")
    printf '%s' "${rest#*://}"
}

absolute() {
    case $2 in
        http://* | https://*) printf '%s' "$2" ;;
        //*) printf '%s' "${1%%:*}:$2" ;;
        /*) printf '%s' "$(origin "$1")$2" ;;
        *) printf '%s' "${1%/*}/$2" ;;
    esac
}

status_of_answer() {
    awk '{ sub(/^[ \t]+/, "") } $1 ~ /^HTTP\// { status = $2 } END { print status }' "$private/head"
}

header() {
    tr -d '\r' <"$private/head" | awk -v name="$1:" '
        { sub(/^[ \t]+/, "") }
        $1 ~ /^HTTP\// { value = "" }
        tolower($1) == name && value == "" { value = $0; sub(/^[^ \t]*[ \t]*/, "", value) }
        END { sub(/ \[following\]$/, "", value); print value }'
}

number_or_nothing() {
    case $1 in
        '' | *[!0-9]*) ;;
        *) printf '%s' "$1" ;;
    esac
}

seconds_to_wait() {
    asked=$(number_or_nothing "$(header retry-after)")
    if [ "${asked:-0}" -gt 300 ]; then echo 300; else echo "$asked"; fi
}

# --- the login ---

# A "default" of .netrc would tell the password to whoever asks for one.
netrc_without_default() {
    awk '
        in_macro { if ($0 == "") in_macro = 0; next }
        {
            line = $0
            kept = ""
            while (match(line, /^[ \t\r]*("([^"\\]|\\.)*"|[^ \t\r]+)/)) {
                word = substr(line, RSTART, RLENGTH)
                line = substr(line, RSTART + RLENGTH)
                sub(/^[ \t\r]+/, "", word)
                if (is_value) is_value = 0
                else if (word ~ /^#/) break
                else if (word == "macdef") { in_macro = 1; break }
                else if (word == "default") keep = 0
                else {
                    if (word == "machine") keep = 1
                    is_value = 1
                }
                if (keep) kept = kept " " word
            }
            if (kept != "") print kept
        }' "$1"
}

may_have_token() {
    asks=$(host "$1")
    name=${asks%:*}
    case $asks in
        *@*) return 1 ;;
        '['*) name=${asks%%']'*}] ;;
    esac
    for allowed in ${EARTHDATA_HOSTS:-}; do
        [ "$asks" != "$allowed" ] && [ "$name" != "$allowed" ] || return 0
    done
    case ${1%%:*}:$name in
        https:nasa.gov | https:*.nasa.gov | *:localhost | *:'[::1]') return 0 ;;
        *:127.*[!0-9.]*) return 1 ;;
        *:127.*) return 0 ;;
        *) return 1 ;;
    esac
}

# The settings for one request: with the token only where the link itself leads, not where its host sends us on to.
settings_for() {
    if [ -n "$token" ] && [ "$(origin "$1")" = "$(origin "$2")" ] && may_have_token "$2"; then
        printf '%s' "$private/with_token"
    else
        printf '%s' "$private/without"
    fi
}

# --- files ---

bytes() {
    if [ -f "$1" ]; then wc -c <"$1" | tr -d ' \t'; else echo 0; fi
}

begins_as_it_should() {
    case $2 in
        *.h5 | *.H5 | *.hdf5 | *.he5) [ "$(od -An -N4 -tx1 "$1" | tr -d ' \n')" = 89484446 ] ;;
        *) [ "$(od -An -N1 -tx1 "$1" | tr -d ' \n')" != 3c ] ;;
    esac
}

is_whole() {
    [ -f "$1" ] && begins_as_it_should "$1" "$2" && { [ "$3" = - ] || [ "$(bytes "$1")" -eq "$3" ]; }
}

# --- one file ---

# Follows a link by hand, so that each host is told only what is its own. Leaves the last link in $link, its first bytes
# in the file answer, and sets $status and $total.
find_file() {
    link=$1
    hops=0
    while :; do
        : >"$private/head"
        : >"$private/answer"
        probe "$link" "$(settings_for "$1" "$link")"
        status=$(status_of_answer)
        case $status in
            301 | 302 | 303 | 307 | 308) ;;
            *) break ;;
        esac
        next=$(absolute "$link" "$(header location)")
        hops=$((hops + 1))
        case $hops:${link%%:*}:${next%%:*} in
            ?:http:http | ?:http:https | ?:https:https) link=$next ;;
            *) break ;;
        esac
    done
    total=
    case $status in
        206)
            total=$(header content-range)
            total=$(number_or_nothing "${total##*/}")
            ;;
        200) total=$(number_or_nothing "$(header content-length)") ;;
    esac
}

# Whether the answer is the file; else $why says what it is, and $verdict what to do: again, never, or stop with all.
judge() {
    here=$(host "$link")
    verdict=never
    case $status in
        200 | 206)
            if begins_as_it_should "$private/answer" "$1"; then return 0; fi
            why="$here answered with something else than the file"
            if [ "$(od -An -N1 -tx1 "$private/answer" | tr -d ' \n')" = 3c ]; then
                why="$here answered with a web page instead of the file: check your login at \
https://urs.earthdata.nasa.gov (log in there once with a browser), and whether a network login stands in between"
            fi
            ;;
        401)
            verdict=stop
            if [ -n "$token" ]; then
                why="$here does not take the token in EARTHDATA_TOKEN: it has expired or is not whole; make a new one \
at https://urs.earthdata.nasa.gov (Generate Token)"
            elif [ -s "$private/.netrc" ]; then
                why="$here does not take the login in $netrc: check the line of the machine ${here%:*}"
            else
                why="$here asks for a login: set EARTHDATA_TOKEN to a token, or write a line of the machine ${here%:*} \
into $netrc; the beginning of this script tells how"
            fi
            ;;
        403)
            address=$(sed -n 's/.*"resolution_url" *: *"\([^"]*\)".*/\1/p' "$private/answer" | tr -cd '[:print:]')
            if [ -n "$address" ]; then
                why="its licence is not accepted yet: log in with a browser and accept it at $address"
            else
                why="$here answered 403 (forbidden)"
                [ "$(origin "$link")" = "$(origin "$2")" ] || verdict=again
            fi
            ;;
        404 | 410) why="$here no longer has it ($status)" ;;
        429 | 5??)
            verdict=again
            why="$here answered $status"
            wait=$(seconds_to_wait)
            ;;
        30?) why="$here sends us on to where we do not follow" ;;
        '')
            verdict=again
            why="no answer from $here$(last_words)"
            ;;
        *) why="$here answered $status" ;;
    esac
    return 1
}

last_words() {
    words=$(tr -cd '[:print:]\n' <"$private/said" | sed -n '/[^ ]/h; ${ x; s/^ *//; p; }')
    printf '%s' "${words:+ ($words)}"
}

# Tries once to bring a file: NAME BYTES LINK.
attempt() {
    wait=
    find_file "$3"
    judge "$1" "$3" || return 1
    have=$(bytes "$part")
    known=$(bytes "$private/answer")
    # What broke off goes on only if it is a piece of the same file, and if the host can begin in the middle.
    if [ "$have" -gt 0 ]; then
        if [ "$status" != 206 ] || [ "$have" -lt "$known" ] || [ "$have" -gt "${total:-0}" ] ||
            ! head -c "$known" "$part" | cmp -s - "$private/answer"; then
            rm -f "$part"
            have=0
        fi
    fi
    verdict=again
    if [ "$have" -eq 0 ] || [ "$have" -ne "$total" ]; then
        : >"$private/head"
        take "$link" "$(settings_for "$3" "$link")"
        ended=$?
        answered=$(status_of_answer)
        have=$(bytes "$part")
        case $answered in
            3??) rm -f "$part" ;;
            4?? | 5??)
                why="$(host "$link") answered $answered"
                wait=$(seconds_to_wait)
                return 1
                ;;
        esac
        if [ "$have" -ne "${total:-$have}" ] || { [ -z "$total" ] && [ "$ended" -ne 0 ]; }; then
            why="broke off after $have of ${total:-unknown} bytes$(last_words)"
            if [ ! -w "$folder" ]; then
                why="cannot write in $folder"
                verdict=stop
            fi
            return 1
        fi
    fi
    verdict=never
    if ! is_whole "$part" "$1" "$2"; then
        why="$(host "$link") has $have bytes that are not the whole file, which has $2"
        rm -f "$part"
        return 1
    fi
    mv -f "$part" "$folder/$1" || {
        why="cannot be written in $folder"
        return 1
    }
}

fetch() {
    part=$folder/$1.part
    why=
    if [ -d "$folder/$1" ]; then
        why="there is a folder of that name"
        return 1
    fi
    failed=0
    while :; do
        before=$(bytes "$part")
        attempt "$@" && return 0
        case $verdict in
            never) return 1 ;;
            stop) return 3 ;;
        esac
        failed=$((failed + 1))
        [ "$(bytes "$part")" -le "$before" ] || failed=0
        [ "$failed" -lt "$tries_at_most" ] || return 1
        pause=$(awk -v first="$first_pause" -v n="$failed" 'BEGIN { print first * 2 ^ (n > 1 ? n - 1 : 0) }')
        [ "${wait:-0}" -eq 0 ] || pause=$wait
        warn "    $why; again in $pause s"
        sleep "$pause"
    done
}

# --- all files ---

case ${1:-} in
    -h | --help)
        sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    -*) quit "There is no option $1; give the folder for the files, or nothing." ;;
esac
[ $# -le 1 ] || quit "Give one folder; with a space in its name, put it in quotation marks."
folder=${1:-.}
command -v "$tool" >/dev/null 2>&1 || quit "$tool is not installed here."
mkdir -p "$folder" || quit "The folder $folder cannot be made."
[ -w "$folder" ] || quit "Nothing can be written in $folder."

private=$(mktemp -d "${TMPDIR:-/tmp}/xopr.XXXXXX") || quit "There is no room for temporary files."
trap 'rm -rf "$private"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 700 "$private"
: >"$private/.netrc"
: >"$private/cookies"
: >"$private/without"
: >"$private/with_token"
: >"$private/said"
chmod 600 "$private/.netrc" "$private/cookies" "$private/with_token"

netrc=${NETRC:-${HOME:-}/.netrc}
token=${EARTHDATA_TOKEN:-}
# No program that is started here needs it, and some show what they were given.
unset EARTHDATA_TOKEN
case $token in
    '')
        [ ! -r "$netrc" ] || netrc_without_default "$netrc" >"$private/.netrc"
        ;;
    *[!A-Za-z0-9._~+/=-]*) quit "EARTHDATA_TOKEN holds a space or another character that no token has." ;;
    *) token_setting >"$private/with_token" ;;
esac

listed | sed '/^$/d' >"$private/list"
n_all=$(wc -l <"$private/list" | tr -d ' \t')
if [ -n "$token" ]; then
    while read -r size name url; do
        may_have_token "$url" || say "$(host "$url")"
    done <"$private/list" | sort -u >"$private/strangers"
    while read -r one; do
        warn "$one is not known as NASA's and is not told the token; if it is to have it, name it in EARTHDATA_HOSTS."
    done <"$private/strangers"
fi

: >"$private/missing"
n=0
n_fetched=0
n_there=0
stopped=
while read -r size name url <&3; do
    n=$((n + 1))
    if is_whole "$folder/$name" "$name" "$size"; then
        n_there=$((n_there + 1))
        continue
    fi
    if [ -n "$stopped" ]; then
        say "$name: not tried" >>"$private/missing"
        continue
    fi
    say "[$n/$n_all] $name"
    fetch "$name" "$size" "$url"
    case $? in
        0) n_fetched=$((n_fetched + 1)) ;;
        *)
            [ "$verdict" != stop ] || stopped=yes
            warn "    $why"
            say "$name: $why" >>"$private/missing"
            ;;
    esac
done 3<"$private/list"

say "$n_all files: $n_fetched fetched, $n_there were there already."
if [ -s "$private/missing" ]; then
    warn "$(wc -l <"$private/missing" | tr -d ' \t') are missing:"
    sed 's/^/    /' "$private/missing" >&2
    warn "Run this again to fetch them: what is there stays, and what broke off goes on."
    exit 1
fi
