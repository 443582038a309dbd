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

# signal_main NAME: bash's own kill, as the minimal node has no other.
signal_main() { node bash -c 'kill -s "$0" "$1"' "$1" "$(main_pid)"; }

# edit_config SED: edits the installed configuration.
edit_config() { sed -i "$1" "$node_root/etc/appliance/appliance.yaml"; }

# edit_config_for_this_test SED: the same, undone when the test ends in any way, and at restore_config.
edit_config_for_this_test() {
    cp -p "$node_root/etc/appliance/appliance.yaml" "$work/config.kept"
    trap restore_config EXIT
    edit_config "$1"
}

restore_config() { cp -p "$work/config.kept" "$node_root/etc/appliance/appliance.yaml"; }

# shorten_watchdog: two seconds for this test.
shorten_watchdog() {
    mkdir -p "$node_root/etc/systemd/system/appliance.service.d"
    printf '[Service]\nWatchdogSec=2s\n' > "$node_root/etc/systemd/system/appliance.service.d/watchdog.conf"
    trap restore_watchdog EXIT
    node systemctl daemon-reload
    node systemctl restart appliance.service
}

restore_watchdog() {
    rm -rf "$node_root/etc/systemd/system/appliance.service.d"
    node systemctl daemon-reload
    node systemctl restart appliance.service
}
