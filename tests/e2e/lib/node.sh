# One node: real systemd as process 1 of a container with its own files, processes and network (loopback only). Sourced.
# Runs in a mount namespace of its own (see run), so that mounts vanish with the script.

node_cgroup=/sys/fs/cgroup/appliance-e2e.$$
node_root=
node_leader=

# systemd in the container wants the unified hierarchy alone; a machine may have another one.
use_unified_cgroups() {
    [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] && return
    umount --recursive --lazy /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
}

# node_start BASE_TREE DIRECTORY
node_start() {
    local base=$1 directory=$2 supervisor
    node_root=$directory/root
    mkdir -p "$directory"/{upper,scratch,root}
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$directory/upper,workdir=$directory/scratch" "$node_root"
    mkdir "$node_cgroup"
    (
        # All processes of the node are in one group, by which they are ended.
        echo "$BASHPID" > "$node_cgroup/cgroup.procs"
        SYSTEMD_NSPAWN_API_VFS_WRITABLE=network exec systemd-nspawn --quiet --boot --register=no --keep-unit --private-network \
            --capability=CAP_NET_ADMIN --console=pipe --machine="e2e-$$" --directory="$node_root"
    ) < /dev/null > "$directory/console" 2>&1 &
    supervisor=$!
    disown # Its end is ours to bring, not the shell's to report.
    if ! wait_until 30 node_booted "$supervisor"; then
        tail -n 20 "$directory/console"
        return 1
    fi
}

node_booted() {
    node_leader=$(pgrep -P "$1" | head -n 1)
    [[ -n $node_leader ]] || return 1
    [[ $(node systemctl is-system-running) =~ ^(running|degraded)$ ]]
}

# node COMMAND...: runs the command inside.
node() {
    nsenter -t "$node_leader" -m -u -i -n -p -C -r -w -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# node_get URL [OPTION...]: this machine's curl in the node's network. Prints the answer; bounded.
node_get() {
    nsenter -t "$node_leader" -n -- curl --silent --show-error --noproxy '*' --max-time 10 "$@"
}

node_stop() {
    [[ -d $node_cgroup ]] || return 0
    echo 1 > "$node_cgroup/cgroup.kill"
    wait_until 10 grep -q '^populated 0' "$node_cgroup/cgroup.events" || true
    find "$node_cgroup" -depth -type d -exec rmdir {} +
}
