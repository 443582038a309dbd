# shellcheck shell=bash
# Sourced by ./demo: printing, building, waiting.
readonly APPLIANCE=${APPLIANCE_BINARY:-$PWD/src/Appliance/bin/Release/net10.0/appliance}
readonly PROBE=$PWD/tests/Probe/bin/Release/net10.0/probe
# The area that samples/pair/policies.json limits.
readonly LIMITED_PATH=/limited

title() { printf '\n%s\n%s\n' "$1" "${1//?/=}"; }
section() { printf '\n-- %s\n' "$1"; }
say() { printf '   %s\n' "$*"; }
indent() { sed 's/^/   | /'; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

build_release() {
    local start log project
    start=$(milliseconds)
    log=$(mktemp)
    section "Building (Release)"
    for project in src/Appliance tests/Probe; do
        # No build or compiler server stays behind.
        if ! DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false \
            dotnet build "$project" -c Release -v q --nologo > "$log" 2>&1; then
            cat "$log" >&2
            rm -f "$log"
            exit 1
        fi
    done
    rm -f "$log"
    say "done in $((($(milliseconds) - start + 500) / 1000)) s"
}

# await SECONDS WHAT CMD...: until the command succeeds; else tells what did not happen and ends the demo.
await() {
    local deadline=$(($(milliseconds) + $1 * 1000)) what=$2
    shift 2
    until "$@"; do
        if [[ $(milliseconds) -gt $deadline ]]; then
            echo "not within the time: $what" >&2
            return 1
        fi
        sleep 0.02
    done
}

# role HOME: what the daemon with that home directory says it is; nothing while it does not answer.
role() {
    curl -s --max-time 2 --unix-socket "$1/run/control.sock" http://control/v1/status 2>/dev/null |
        grep -o '"role" *: *"[a-z]*"' | head -n 1 | sed 's/.*"\([a-z]*\)"$/\1/' || true
}

has_role() { [[ $(role "$1") == "$2" ]]; }

# value LOG KEY: one figure of a finished probe.
value() { sed -n "s/^$2=//p" "$1" | tail -n 1; }

# Rows of the summary: WHAT, MEASURED, PROMISED.
SUMMARY=()
remember() { SUMMARY+=("$(printf '   %-46s %-20s %s' "$1" "$2" "$3")"); }

print_summary() {
    title "Summary"
    printf '   %-46s %-20s %s\n' "what" "measured" "promised"
    printf '   %s\n' "------------------------------------------------------------------------------------"
    printf '%s\n' "${SUMMARY[@]}"
}
