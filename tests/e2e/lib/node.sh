# Nodes: real systemd as process 1 of a container with its own files, processes and network. Sourced.
# Runs in a mount namespace of its own (see run), so that mounts vanish with the script.

node=                 # the node that `node` and the questions of unit.sh mean
node_root=

# systemd in the container wants the unified hierarchy alone; a machine may have another one.
use_unified_cgroups() {
    [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] && return
    umount --recursive --lazy /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
}

# All processes of a node are in one group, by which they are frozen and ended.
cgroup_of() { echo "/sys/fs/cgroup/appliance-e2e.$$.$1"; }

use_node() {
    node=$1
    node_root=$work/$1/root
}

# node_create NAME BASE_TREE: the files of a node.
node_create() {
    mkdir -p "$work/$1"/{upper,scratch,root}
    mount -t overlay overlay -o "lowerdir=$2,upperdir=$work/$1/upper,workdir=$work/$1/scratch" "$work/$1/root"
    echo "node-$1" > "$work/$1/root/etc/hostname"
}

# node_boot NAME: its network has a loopback interface only; see pair-network.sh for more.
node_boot() {
    local name=$1 group
    group=$(cgroup_of "$name")
    use_node "$name"
    mkdir "$group"
    (
        echo "$BASHPID" > "$group/cgroup.procs"
        SYSTEMD_NSPAWN_API_VFS_WRITABLE=network exec systemd-nspawn --quiet --boot --register=no --keep-unit --private-network \
            --capability=CAP_NET_ADMIN --console=pipe --machine="e2e-$$-$name" --directory="$node_root"
    ) < /dev/null > "$work/$name/console" 2>&1 &
    echo $! > "$work/$name/supervisor"
    disown # Its end is ours to bring, not the shell's to report.
    if ! wait_until 30 find_leader "$name" || ! wait_until 30 node_is_up; then
        tail -n 20 "$work/$name/console"
        return 1
    fi
}

# The leader is kept in a file, since tests run in subshells.
find_leader() {
    local leader
    for leader in $(pgrep -P "$(cat "$work/$1/supervisor")"); do
        # systemd-nspawn has short-lived children before the one that is process 1 inside.
        if grep -q '^NSpid:.*\b1$' "/proc/$leader/status"; then
            echo "$leader" > "$work/$1/leader"
            return
        fi
    done
    return 1
}

leader_of() { cat "$work/$1/leader"; }

node_is_up() { [[ $(node systemctl is-system-running) =~ ^(running|degraded)$ ]]; }

# node COMMAND...: runs the command inside.
node() {
    nsenter -t "$(leader_of "$node")" -m -u -i -n -p -C -r -w -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# on NAME COMMAND...: a command or a question of unit.sh, asked of another node.
on() {
    local before=$node code=0
    use_node "$1"
    shift
    "$@" || code=$?
    use_node "$before"
    return $code
}

# node_network COMMAND...: a program of this machine in the node's network.
node_network() { nsenter -t "$(leader_of "$node")" -n -- "$@"; }

# node_get URL [OPTION...]: this machine's curl in the node's network. Prints the answer; bounded.
node_get() {
    nsenter -t "$(leader_of "$node")" -n -- curl --silent --show-error --noproxy '*' --max-time 10 "$@"
}

# node_halt NAME: all its processes at once, as when the power fails. Its files stay.
node_halt() {
    local group
    group=$(cgroup_of "$1")
    [[ -d $group ]] || return 0
    echo 0 > "$group/cgroup.freeze"
    echo 1 > "$group/cgroup.kill"
    wait_until 30 grep -q '^populated 0' "$group/cgroup.events"
    find "$group" -depth -type d -exec rmdir {} +
}

# node_destroy NAME: for cleaning up, goes on whatever fails.
node_destroy() {
    node_halt "$1" || echo "node $1 was not ended" >&2
    if mountpoint -q "$work/$1/root"; then umount --lazy "$work/$1/root"; fi
}
