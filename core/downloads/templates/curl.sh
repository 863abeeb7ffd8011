tool=curl

token_setting() { printf 'header = "Authorization: Bearer %s"\n' "$token"; }

# The user's own .curlrc is not read: it could send a login on to other hosts, or change the answers.
ask() {
    curl --disable --globoff --show-error --user-agent "curl (xOPR Crossovers)" --netrc-file "$private/.netrc" \
        --netrc-optional --cookie "$private/cookies" --cookie-jar "$private/cookies" --dump-header "$private/head" \
        --connect-timeout "$stall" --speed-limit 1 --speed-time "$stall" "$@"
}

probe() {
    ask --silent --config "$2" --range "0-$((probe_bytes - 1))" --url "$1" 2>"$private/said" |
        head -c "$probe_bytes" >"$private/answer"
}

take() {
    : >"$private/said"
    if [ -t 2 ]; then
        ask --progress-bar --config "$2" --fail --continue-at - --output "$part" --url "$1"
    else
        ask --silent --config "$2" --fail --continue-at - --output "$part" --url "$1" 2>"$private/said"
    fi
}
