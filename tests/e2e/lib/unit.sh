# Questions about the service on the node. Sourced.

unit_property() { node systemctl show appliance.service --property="$1" --value; }

unit_is() { [[ $(unit_property ActiveState) == "$1" ]]; }

main_pid() { unit_property MainPID; }

# main_pid_differs_from OLD: another process runs, and systemd has its READY.
serves_with_another_pid_than() {
    local pid
    pid=$(main_pid)
    [[ $pid != 0 && $pid != "$1" ]] && unit_is active
}

code_of() { node_get --output /dev/null --write-out '%{http_code}' "$1"; }

code_is() { [[ $(code_of "$2") == "$1" ]]; }

# set_config TEXT_OF_SED: edits the installed configuration.
edit_config() { sed -i "$1" "$node_root/etc/appliance/appliance.yaml"; }

keep_config() { cp -p "$node_root/etc/appliance/appliance.yaml" "$work/config.kept"; }

restore_config() { cp -p "$work/config.kept" "$node_root/etc/appliance/appliance.yaml"; }
