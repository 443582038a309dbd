# Two nodes as an operator meets them: pair, switch, fail in each way, upgrade, remove. Sourced by run; the order matters.
# shellcheck disable=SC2154  # deb, base and work are run's.

write_pair_config() {
    local name=$1 own=$2 other=$3 primary=$4
    cat > "$work/$name/root/etc/appliance/appliance.yaml" << END
node: node-$name
ha:
  primary: $primary
  interface: lan0
  virtual_router_id: 51
  virtual_addresses: [$virtual_address/24]
  address: $own
  peer: $other
  peer_check_interval: 100ms
  preempt: false
  witness: [192.0.2.1]
listeners:
  - name: web
    address: $virtual_address:80
    routes:
      - upstream: server
upstreams:
  - name: server
    servers:
      - address: 192.0.2.1:8080
admin:
  address: 127.0.0.1:9900
END
}

role_of() { on "$1" node appliance status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["role"])'; }

role_is() { [[ $(role_of "$1") == "$2" ]]; }

holds_address() { on "$1" node ip -brief address show dev lan0 | grep -F " $virtual_address/" > /dev/null; }

# active_is NAME OTHER: the roles, and the address on exactly one of them.
active_is() { role_is "$1" active && role_is "$2" passive && holds_address "$1" && ! holds_address "$2"; }

served() { in_switch curl --silent --fail --noproxy '*' --max-time 1 "http://$virtual_address/"; }

# hand_over NAME: the peer takes over only after some good checks in a row, so the order may have to be given again.
hand_over() { wait_until 45 on "$1" node appliance failover --wait; }

# client_start TIMEOUT_SECONDS, client_stop: requests in the background; the figures are in $work/client. The limit is short where a
# node dies, so that a try which is lost with the node does not hide the answer of its successor; else it is ample.
client_start() {
    mkfifo "$work/client.input"
    in_switch python3 "$here/lib/client.py" "http://$virtual_address/" "$1" < "$work/client.input" > "$work/client" 2>&1 &
    client=$!
    exec 8> "$work/client.input"
    rm "$work/client.input"
    wait_until 30 grep -q served "$work/client"
}

client_stop() {
    exec 8>&-
    wait "$client"
    echo "  measured: ${FUNCNAME[1]//_/ }: $(tail -n 1 "$work/client")" | tee -a "$work/figures"
}

# A request that is under way when the address moves is answered from an address that is gone. Until such flows are forwarded to the
# node they began on, a switch may cost this client, which has one request at a time, one of them; an order that had to be repeated,
# some more. The figure is printed, and must become 0.
few_lost=3
lost_hardly_any() {
    (($(client_figure requests) > 0))
    (($(client_figure failed) <= few_lost))
}

client_figure() { sed -n "s/.*$1 \([0-9]*\).*/\1/p" "$work/client"; }

the_package_makes_a_pair_with_the_primary_active() {
    local name
    for name in a b; do
        cp "$deb" "$work/$name/root/root/appliance.deb"
        on "$name" node dpkg --install /root/appliance.deb
    done
    cp -p "$work/a/root/etc/appliance/cluster.key" "$work/b/root/etc/appliance/cluster.key"
    write_pair_config a 198.51.100.1 198.51.100.2 true
    write_pair_config b 198.51.100.2 198.51.100.1 false
    on a node systemctl restart appliance.service
    on b node systemctl restart appliance.service
    wait_until 60 active_is a b
}

the_virtual_address_serves_clients() {
    wait_until 30 served
    expect served "$(served)" "answer"
}

a_planned_switch_loses_hardly_a_request() {
    client_start 2
    hand_over a
    wait_until 30 active_is b a
    client_stop
    lost_hardly_any
}

a_switch_back_loses_hardly_a_request() {
    client_start 2
    hand_over b
    wait_until 30 active_is a b
    client_stop
    lost_hardly_any
}

# address_watch_start NAME, address_gone_ms KILLED: the kernel's own notices about the virtual address, with its times. The address is renewed
# several times a second, so that the first line shows that the watch has begun.
address_watch_start() {
    nsenter -t "$(leader_of "$1")" -n -- ip -tshort monitor address > "$work/address" 2>&1 &
    watch=$!
    wait_until 30 grep -qF " $virtual_address/" "$work/address"
}

address_gone_ms() {
    wait_until 30 grep -qE "Deleted .* $virtual_address/" "$work/address"
    kill "$watch"
    local gone
    gone=$(sed -nE "s#^\[([0-9T:.-]+)\] ?Deleted .* $virtual_address/.*#\1#p" "$work/address" | head -n 1)
    echo $((($(date --date="$gone" +%s%N) - $1) / 1000000))
}

# With a fit peer the unit's ExecStopPost takes the address off: the promise is 200 ms. Its lifetime alone would leave it for well over a second.
a_killed_daemon_hands_over_and_comes_back_passive() {
    local pid killed gone
    address_watch_start a
    client_start 0.1
    pid=$(on a main_pid)
    killed=$(on a node bash -c 'date +%s%N; kill -s KILL "$0"' "$pid")
    gone=$(address_gone_ms "$killed")
    echo "  measured: address of a killed daemon gone after $gone ms" | tee -a "$work/figures"
    wait_until 30 active_is b a
    client_stop
    (($(client_figure longest_gap_ms) < 3000))
    ((gone < 1500))
}

a_node_without_power_is_replaced() {
    client_start 0.1
    node_halt b
    wait_until 30 role_is a active
    wait_until 30 served
    client_stop
    (($(client_figure longest_gap_ms) < 3000))
}

a_node_that_boots_again_stays_passive() {
    node_boot b
    plug_in b 2
    link_nodes
    # The service may have looked for its interface before this script plugged it in; it tries on by itself.
    wait_until 60 active_is a b
    served
}

a_hanging_node_is_replaced_and_steps_down_when_it_wakes() {
    client_start 0.1
    echo 1 > "$(cgroup_of a)/cgroup.freeze"
    wait_until 30 role_is b active
    wait_until 30 served
    client_stop
    echo 0 > "$(cgroup_of a)/cgroup.freeze"
    wait_until 30 active_is b a
    served
    (($(client_figure longest_gap_ms) < 3000))
}

a_pulled_cable_hands_over() {
    client_start 0.1
    in_switch ip link set port-b down
    wait_until 30 role_is a active
    wait_until 30 served
    client_stop
    in_switch ip link set port-b up
    wait_until 60 active_is a b
    (($(client_figure longest_gap_ms) < 3000))
}

an_upgrade_node_by_node_loses_hardly_a_request() {
    local name
    rm -rf "$work/newer"
    dpkg-deb --raw-extract "$deb" "$work/newer"
    sed -i 's/^Version: .*/&+e2e/' "$work/newer/DEBIAN/control"
    dpkg-deb --root-owner-group -Zxz -z0 --build "$work/newer" "$work/newer.deb"
    for name in a b; do cp "$work/newer.deb" "$work/$name/root/root/newer.deb"; done
    client_start 2
    on b node dpkg --install /root/newer.deb
    wait_until 60 active_is a b
    hand_over a
    on a node dpkg --install /root/newer.deb
    wait_until 60 active_is b a
    client_stop
    lost_hardly_any
}

a_purge_of_the_active_node_leaves_no_address_and_the_peer_serves() {
    on b node dpkg --purge appliance
    if holds_address b; then
        echo "the address is still there"
        return 1
    fi
    wait_until 30 role_is a active
    wait_until 30 served
}

pair_tests=(
    the_package_makes_a_pair_with_the_primary_active
    the_virtual_address_serves_clients
    a_planned_switch_loses_hardly_a_request
    a_switch_back_loses_hardly_a_request
    a_killed_daemon_hands_over_and_comes_back_passive
    a_node_without_power_is_replaced
    a_node_that_boots_again_stays_passive
    a_hanging_node_is_replaced_and_steps_down_when_it_wakes
    a_pulled_cable_hands_over
    an_upgrade_node_by_node_loses_hardly_a_request
    a_purge_of_the_active_node_leaves_no_address_and_the_peer_serves
)
