tool=wget

# In a file, since what is said in a command can be seen by all users of the computer.
token_setting() { printf 'header = Authorization: Bearer %s\n' "$token"; }

# The user's own .wgetrc is not read: it could send a login on to other hosts, or change the answers. wget looks for
# .netrc in the home folder alone.
ask() {
    HOME=$private wget --server-response --max-redirect=0 --tries=1 --timeout="$stall" \
        --user-agent="Wget (xOPR Crossovers)" --load-cookies="$private/cookies" --save-cookies="$private/cookies" \
        --keep-session-cookies "$@" 2>"$private/head"
    ended=$?
    # Its words and the headers come together.
    grep -iE 'failed|error|unable|refused|timed out|no data' "$private/head" >"$private/said"
    return "$ended"
}

probe() {
    ask --config="$2" --content-on-error --header="Range: bytes=0-$((probe_bytes - 1))" --output-document=- "$1" |
        head -c "$probe_bytes" >"$private/answer"
}

take() {
    ask --config="$2" --continue --progress=dot:giga --output-document="$part" "$1"
}
