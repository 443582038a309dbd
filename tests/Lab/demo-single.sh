# shellcheck shell=bash
# Sourced by ./demo without root: one node on 127.0.0.1.
HOME_DIR=$(mktemp -d)
CHILDREN=()

on_exit() {
    local status=$? pid
    trap - EXIT INT TERM
    if [[ $status != 0 && -f $HOME_DIR/appliance.log ]]; then tail -n 15 "$HOME_DIR/appliance.log" >&2; fi
    if [[ $KEEP == no || $status != 0 ]]; then
        for pid in "${CHILDREN[@]}"; do kill "$pid" 2>/dev/null || true; done
        for pid in "${CHILDREN[@]}"; do wait "$pid" 2>/dev/null || true; done
        rm -rf "$HOME_DIR"
    fi
    exit "$status"
}

trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: the first port from FIRST on at which nobody listens.
free_port() {
    local port=$1
    while port_taken "$port"; do port=$((port + 1)); done
    echo "$port"
}

start_upstream() {
    mkdir "$HOME_DIR/www"
    echo "hello from the upstream" > "$HOME_DIR/www/index.html"
    python3 -m http.server --bind 127.0.0.1 --directory "$HOME_DIR/www" "$UPSTREAM_PORT" > "$HOME_DIR/upstream.log" 2>&1 &
    CHILDREN+=($!)
    await 10 "the upstream listens" port_taken "$UPSTREAM_PORT"
}

# samples/single.yaml with ports that are free here, an admin port, and the bundle of samples/pair.
write_config() {
    sed -e "s/127.0.0.1:8081/127.0.0.1:$UPSTREAM_PORT/" -e "s/127.0.0.1:8080/127.0.0.1:$WEB_PORT/" samples/single.yaml > "$HOME_DIR/appliance.yaml"
    printf '\npolicies:\n  file: policies.json\n\nadmin:\n  address: 127.0.0.1:%s\n' "$ADMIN_PORT" >> "$HOME_DIR/appliance.yaml"
    cp samples/pair/policies.json "$HOME_DIR/policies.json"
    mkdir "$HOME_DIR/run" "$HOME_DIR/state"
}

start_daemon() {
    export RUNTIME_DIRECTORY=$HOME_DIR/run STATE_DIRECTORY=$HOME_DIR/state
    "$APPLIANCE" run --config "$HOME_DIR/appliance.yaml" > "$HOME_DIR/appliance.log" 2>&1 &
    CHILDREN+=($!)
    await 15 "the node is ready" curl -sf -o /dev/null "http://127.0.0.1:$ADMIN_PORT/readyz"
}

# limited_request PATH: prints the status code, leaves the headers in $HOME_DIR/headers.
limited_request() { curl -s -o /dev/null -D "$HOME_DIR/headers" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$WEB_PORT$1"; }

demo_main() {
    local good=0 answer _
    UPSTREAM_PORT=$(free_port 18081) WEB_PORT=$(free_port 18080) ADMIN_PORT=$(free_port 19900)
    section "One node on 127.0.0.1 (a pair needs root)"
    start_upstream
    write_config
    start_daemon
    "$APPLIANCE" status | indent
    section "A request through it"
    say "\$ curl http://127.0.0.1:$WEB_PORT/"
    curl -s --max-time 5 "http://127.0.0.1:$WEB_PORT/" | indent
    section "A client over its limit"
    for _ in {1..50}; do
        answer=$(limited_request "$LIMITED_PATH")
        [[ $answer != 429 ]] || break
        good=$((good + 1))
    done
    say "\$ curl -i http://127.0.0.1:$WEB_PORT$LIMITED_PATH    ($good passed, then:)"
    tr -d '\r' < "$HOME_DIR/headers" | grep -v '^$' | indent
    [[ $answer == 429 ]] || { echo "the client was not limited" >&2; return 1; }
    section "What the pair would need"
    say "root, for network namespaces, raw sockets and addresses: sudo ./demo"
    if [[ $KEEP == yes ]]; then
        say "still up:  curl http://127.0.0.1:$WEB_PORT/   http://127.0.0.1:$ADMIN_PORT/v1/status"
        say "remove:    kill ${CHILDREN[*]}; rm -r $HOME_DIR"
    fi
}
