# A minimal Debian with systemd, made once and kept as the read-only layer of every node. Sourced.

suite=bookworm
# The package's dependencies are in it, so that dpkg installs the package without a network.
base_packages=systemd,systemd-sysv,dbus,iproute2,libssl3,libstdc++6

cache_directory() {
    local directory=/var/cache/appliance-e2e
    mkdir -p "$directory" 2> /dev/null && [[ -w $directory ]] || directory=${XDG_CACHE_HOME:-$HOME/.cache}/appliance-e2e
    mkdir -p "$directory"
    echo "$directory"
}

# The mirror that this machine's own apt uses for the suite.
mirror() {
    apt-get indextargets --format '$(CREATED_BY) $(CODENAME) $(COMPONENT) $(REPO_URI)' |
        awk -v suite="$suite" '$1 == "Packages" && $2 == suite && $3 == "main" { print $4; exit }'
}

# Prints the path of the tree. Another suite or list of packages has another name, so an old tree is never taken for a new one.
base_tree() {
    local cache tree made
    cache=$(cache_directory)
    tree=$cache/$suite-$(echo "$suite $base_packages" | sha256sum | cut -c1-12)
    exec 9> "$tree.lock"
    flock 9
    if [[ ! -d $tree ]]; then
        echo "making the base tree of the nodes (about a minute, once)" >&2
        made=$(mktemp -d "$tree.XXXXXX")
        # The name comes last: a run that was cut short leaves no tree that looks complete.
        if ! debootstrap --variant=minbase --include="$base_packages" "$suite" "$made" "$(mirror)" > "$tree.log" 2>&1; then
            tail -n 20 "$tree.log" >&2
            rm -rf "$made"
            return 1
        fi
        rm -rf "$made"/var/cache/apt/archives/*.deb
        chmod 0755 "$made"
        mv "$made" "$tree"
    fi
    exec 9>&-
    echo "$tree"
}
