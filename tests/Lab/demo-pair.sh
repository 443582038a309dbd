# shellcheck shell=bash
# Sourced by ./demo as root: the pair.
readonly LAB=$PWD/tests/Lab/pair
readonly NAME=demo-$$
readonly VIP=192.0.2.100
declare -A DAEMON=()

on_exit() {
    local status=$?
    trap - EXIT INT TERM
    if [[ $status != 0 && $status -lt 128 ]]; then show_logs >&2; fi
    if [[ $KEEP == no || $status != 0 ]]; then "$LAB" down "$NAME"; fi
    exit "$status"
}

show_logs() {
    local node
    for node in a b; do
        if [[ -f $HOME_DIR/appliance-$node.log ]]; then
            echo "the last lines of node $node:"
            tail -n 15 "$HOME_DIR/appliance-$node.log"
        fi
    done
}

in_ns() { local ns=$1; shift; "$LAB" exec "$NAME" "$ns" "$@"; }

# as_operator NODE COMMAND...: the command line of the appliance on that node.
as_operator() {
    local node=$1
    shift
    in_ns "$node" env RUNTIME_DIRECTORY="$HOME_DIR/$node/run" STATE_DIRECTORY="$HOME_DIR/$node/state" "$APPLIANCE" "$@"
}

# The files of samples/pair as they are; a fresh secret for both nodes beside them.
write_files() {
    local node key
    key="1 $(head -c 32 /dev/urandom | base64 -w 0)"
    for node in a b; do
        mkdir -p "$HOME_DIR/$node/run" "$HOME_DIR/$node/state"
        cp "samples/pair/$node.yaml" "$HOME_DIR/$node/appliance.yaml"
        cp samples/pair/policies.json "$HOME_DIR/$node/policies.json"
        (umask 077 && echo "$key" > "$HOME_DIR/$node/cluster.key")
    done
}

start_node() {
    RUNTIME_DIRECTORY=$HOME_DIR/$1/run STATE_DIRECTORY=$HOME_DIR/$1/state \
        "$LAB" run "$NAME" "$1" "appliance-$1" "$APPLIANCE" run --config "$HOME_DIR/$1/appliance.yaml" &
    DAEMON[$1]=$!
    disown
}

# active_alone NODE: it says so, it holds the address, and the other does not.
active_alone() {
    local other=b
    [[ $1 == a ]] || other=a
    active_with_address "$1" && lacks_address "$other"
}

active_with_address() { has_role "$HOME_DIR/$1" active && holds_address "$1"; }

lacks_address() { ! holds_address "$1"; }

holds_address() { [[ $(in_ns "$1" ip -4 -oneline address show dev eth0) == *" $VIP/"* ]]; }

pair_settled() {
    [[ "$(role "$HOME_DIR/a") $(role "$HOME_DIR/b")" =~ ^(active passive|passive active)$ ]]
}

active_node() { if has_role "$HOME_DIR/a" active; then echo a; else echo b; fi; }

# A probe in the client's namespace: a new connection every millisecond.
start_probe() {
    "$LAB" run "$NAME" client "$1" "$PROBE" http "http://$VIP/" --duration 30s --timeout 4s &
    PROBE_PID=$!
    await 15 "the client gets answers" grep -qsx ready "$HOME_DIR/$1.log"
}

finish_probe() {
    "$LAB" stop "$NAME" "$PROBE_PID"
    wait "$PROBE_PID"
}

show_status() {
    local node
    for node in a b; do
        say "node $node\$ appliance status"
        as_operator "$node" status | indent
    done
}

step_laboratory() {
    section "A laboratory: a switch, two nodes, a client and two upstreams (nginx), in network namespaces"
    "$LAB" up "$NAME" "$([[ $KEEP == yes ]] || echo $$)"
    HOME_DIR=$("$LAB" dir "$NAME")
    "$LAB" upstreams "$NAME"
    write_files
    cat <<PICTURE
      client 192.0.2.50 ---+--- node a .11 ---+--- upstream-1 203.0.113.21
                           |       |  HA link |
                           +--- node b .12 ---+--- upstream-2 203.0.113.22
      virtual address $VIP: on whichever node is active
PICTURE
}

step_start() {
    section "Both nodes start: samples/pair, checks every 100 ms"
    local start
    start=$(milliseconds)
    start_node a
    start_node b
    await 15 "one node is active, the other passive" pair_settled
    say "one active, one passive after $(($(milliseconds) - start)) ms"
    # The story below begins on the primary, whoever came first.
    if [[ $(active_node) == b ]]; then await 15 "node b hands over to the primary" switch_back; fi
    await 10 "node a is active" active_alone a
    show_status
}

step_traffic() {
    section "Traffic through the virtual address"
    say "client\$ curl http://$VIP/    (10 times)"
    local _
    for _ in {1..10}; do in_ns client curl -s --max-time 5 "http://$VIP/"; done | sort | uniq -c | indent
}

step_limit() {
    section "A client over its limit"
    local url=http://$VIP$LIMITED_PATH good=0 answer headers=$HOME_DIR/limited
    for _ in {1..50}; do
        answer=$(in_ns client curl -s -o /dev/null -D "$headers" -w '%{http_code}' --max-time 5 "$url")
        [[ $answer == 200 ]] || break
        good=$((good + 1))
    done
    say "client\$ curl -i $url    ($good passed, then:)"
    tr -d '\r' < "$headers" | grep -v '^$' | indent
    [[ $answer == 429 ]] || { echo "the client was not limited" >&2; return 1; }
    remember "limited client" "$good passed, then 429" "429 with Retry-After"
}

step_crash() {
    section "The active node dies (SIGKILL) while a client opens a connection every millisecond"
    start_probe crash
    say "kill -9 ${DAEMON[a]}    (node a)"
    "$LAB" stop "$NAME" "${DAEMON[a]}" KILL
    await 15 "node b is active" active_with_address b
    finish_probe
    local gap
    gap=$(value "$HOME_DIR/crash.log" longest_gap_ms)
    say "longest time without an answer: $gap ms (next longest: $(value "$HOME_DIR/crash.log" second_gap_ms) ms, which is this machine's own noise)"
    say "now serving: node b ($(role "$HOME_DIR/b")), answering on $VIP:"
    in_ns client curl -s --max-time 5 "http://$VIP/" | indent
    remember "outage seen by the client, active killed" "$gap ms" "under 500 ms"
    await 10 "the dead node's address is gone" lacks_address a
    say "the address that the dead node could not give back has expired there by itself"
}

step_restart() {
    section "Node a comes back; preempt is false, so it stays out of the way"
    start_node a
    await 15 "both nodes know each other again" pair_settled
    as_operator a status | head -n 4 | indent
    [[ $(active_node) == b ]] || { echo "node a took the address back" >&2; return 1; }
    remember "restarted node" "$(role "$HOME_DIR/a")" "stays passive"
}

# Right after its return a node is not trusted yet, and the switch is refused with the reason: asked again until it goes through.
switch_back() { as_operator b failover --wait > "$HOME_DIR/failover.out" 2>&1; }

step_switch() {
    section "A planned switch back, with the same client"
    start_probe switch
    say "node b\$ appliance failover --wait"
    await 15 "the switch goes through" switch_back || { cat "$HOME_DIR/failover.out" >&2; return 1; }
    indent < "$HOME_DIR/failover.out"
    await 10 "node a is active" active_alone a
    finish_probe
    local gap failed
    gap=$(value "$HOME_DIR/switch.log" longest_gap_ms) failed=$(value "$HOME_DIR/switch.log" errors)
    say "failed requests: $failed of $(value "$HOME_DIR/switch.log" attempts), longest time without an answer: $gap ms"
    if [[ $failed != 0 ]]; then say "(a request under way at the very instant is cut: flows do not follow the address in this version)"; fi
    remember "planned switch, failed requests" "$failed" "flows under way"
    remember "planned switch, longest wait" "$gap ms" ""
}

print_keep() {
    title "The pair is still up"
    local node
    for node in a b; do
        cat <<HOW
   node $node:   ip netns exec $NAME-$node env RUNTIME_DIRECTORY=$HOME_DIR/$node/run $APPLIANCE status
             its files and log: $HOME_DIR/$node/, $HOME_DIR/appliance-$node.log
HOW
    done
    cat <<HOW
   client:   ip netns exec $NAME-client curl -i http://$VIP/
   cable:    $LAB link $NAME a lan down     (and up)
   remove:   $LAB down $NAME
HOW
}

demo_main() {
    local start
    HOME_DIR=$("$LAB" dir "$NAME")
    start=$(milliseconds)
    trap on_exit EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    step_laboratory
    step_start
    step_traffic
    step_limit
    step_crash
    step_restart
    step_switch
    remember "the whole demo after the build" "$((($(milliseconds) - start) / 1000)) s" "at most 60 s"
    print_summary
    if [[ $KEEP == yes ]]; then print_keep; else printf '\n   everything is removed again\n'; fi
}
