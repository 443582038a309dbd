# Runs test functions, counts them, and waits for conditions. Sourced.

passed=0 failed=0 skipped=0

# test_that FUNCTION: the name is the sentence. Runs in a subshell that stops at the first command that fails. Always returns 0, since in
# a condition the shell would not stop there.
test_that() {
    local began=$EPOCHREALTIME code output=$work/output
    set +e
    (set -eE; trap 'echo "failed: line $LINENO: $BASH_COMMAND" >&2' ERR; "$1") > "$output" 2>&1
    code=$?
    set -e
    local sentence=${1//_/ } seconds
    seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    if ((code == 0)); then
        passed=$((passed + 1))
        echo "ok    $sentence (${seconds} s)"
    else
        failed=$((failed + 1))
        echo "FAIL  $sentence (${seconds} s)"
        tail -n 40 "$output" | sed 's/^/      /'
    fi
}

skip() {
    skipped=$((skipped + $1))
    echo "skip  $1: $2"
}

# The line that a reader and a machine look for; the exit code says the same.
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

# wait_until SECONDS COMMAND...: tries the command until it succeeds; fails when the time is up.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            echo "not within the time: $*"
            return 1
        fi
        sleep 0.1 # Between two looks at the condition.
    done
}

# expect WANTED GOT WHAT
expect() {
    [[ $1 == "$2" ]] || { echo "$3: wanted '$1', got '$2'"; return 1; }
}
