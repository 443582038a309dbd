# The network of a pair: a switch to which both nodes, the client and the server are connected, and a link between the nodes.
# All addresses are for documentation (RFC 5737); nothing leads out. Sourced.
#
#   client and server 192.0.2.1 --- switch --- lan0 192.0.2.11 node a  ha0 198.51.100.1 --+
#                                     |                                                   | HA link
#                                     +------- lan0 192.0.2.12 node b  ha0 198.51.100.2 --+

switch=appliance-e2e-$$
virtual_address=192.0.2.100

switch_create() {
    ip netns add "$switch"
    in_switch ip link add lan type bridge
    in_switch ip address add 192.0.2.1/24 dev lan
    in_switch ip link set lan up
    in_switch ip link set lo up
}

# switch_destroy: ends what runs in it; the namespace goes with its last process.
switch_destroy() {
    if [[ -f $work/server.pid ]]; then kill "$(cat "$work/server.pid")" 2> /dev/null || true; fi
    if [[ -e /run/netns/$switch ]]; then ip netns delete "$switch"; fi
}

in_switch() { ip netns exec "$switch" "$@"; }

# plug_in NAME NUMBER: connects a booted node to the switch.
plug_in() {
    local leader
    leader=$(leader_of "$1")
    in_switch ip link add "port-$1" type veth peer name lan0 netns "$leader"
    in_switch ip link set "port-$1" master lan up
    on "$1" node ip address add "192.0.2.1$2/24" dev lan0
    on "$1" node ip link set lan0 up
}

# link_nodes: the HA link, between the two as they run now; made anew when one of them was booted again.
link_nodes() {
    local a b
    a=$(leader_of a) b=$(leader_of b)
    on a node ip link delete ha0 2> /dev/null || true
    nsenter -t "$a" -n -- ip link add ha0 type veth peer name ha0 netns "$b"
    on a node ip address add 198.51.100.1/24 dev ha0
    on b node ip address add 198.51.100.2/24 dev ha0
    on a node ip link set ha0 up
    on b node ip link set ha0 up
}

# server_start: the upstream, one small web server on the switch.
server_start() {
    # Not by in_switch: the id would be that of a shell, whose end leaves the server alone.
    ip netns exec "$switch" python3 "$here/lib/server.py" 192.0.2.1 8080 < /dev/null > "$work/server.log" 2>&1 &
    echo $! > "$work/server.pid"
    disown
    wait_until 30 in_switch curl --silent --fail --noproxy '*' --max-time 1 http://192.0.2.1:8080/
}
