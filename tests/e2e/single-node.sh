# One node as an operator meets it: install, use, break, mend, upgrade, remove. Sourced by run; the order matters.
# shellcheck disable=SC2154  # deb, work and node_root are run's.

the_package_installs_and_its_files_are_intact() {
    node dpkg --install /root/appliance.deb
    node dpkg --verify appliance
}

the_unit_is_enabled_and_becomes_active() {
    expect enabled "$(node systemctl is-enabled appliance.service)" "is-enabled"
    wait_until 30 unit_is active
    expect 0 "$(unit_property NRestarts)" "restarts"
}

the_cluster_key_is_random_and_closed_to_others() {
    local key=$node_root/etc/appliance/cluster.key id secret
    expect "640 root appliance" "$(node stat -c '%a %U %G' /etc/appliance/cluster.key)" "mode and owner"
    read -r id secret < "$key"
    expect 1 "$id" "key id"
    expect 32 "$(base64 -d <<< "$secret" | wc -c)" "bytes"
    # 32 random bytes hold fewer than 8 different values once in 10^40 installations.
    (($(base64 -d <<< "$secret" | od -An -v -tx1 -w1 | sort -u | wc -l) >= 8))
}

status_says_that_a_single_node_runs() {
    node appliance status
    node appliance status --json > "$work/status.json"
    expect single "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["role"])' "$work/status.json")" "role"
}

the_node_is_alive_and_ready() {
    expect 200 "$(code_of http://127.0.0.1:9900/livez)" "/livez"
    expect 200 "$(code_of http://127.0.0.1:9900/readyz)" "/readyz"
}

metrics_are_served() {
    node_get http://127.0.0.1:9900/metrics > "$work/metrics"
    grep -q '^appliance_[a-z_]*' "$work/metrics"
}

a_request_goes_through_the_listener_to_the_demo_upstream() {
    expect 200 "$(code_of http://127.0.0.1:8080/livez)" "through the proxy"
}

the_shipped_policy_stops_a_burst() {
    # 100 a second after a burst of 200: of 500 at once, 200 pass and most of the rest do not.
    node_get 'http://127.0.0.1:8080/livez?[1-500]' --output /dev/null --write-out '%{http_code}\n' > "$work/codes"
    (($(grep -c '^200$' "$work/codes") >= 200))
    (($(grep -c '^429$' "$work/codes") >= 50))
    expect 0 "$(grep -vcE '^(200|429)$' "$work/codes" || true)" "other answers"
}

the_process_has_its_own_user_and_three_capabilities() {
    local status
    status=$(node cat "/proc/$(main_pid)/status")
    expect "$(node id -u appliance)" "$(awk '/^Uid:/ { print $2 }' <<< "$status")" "user id"
    # Bits 10, 12 and 13: NET_BIND_SERVICE, NET_ADMIN, NET_RAW.
    expect 0000000000003400 "$(awk '/^CapEff:/ { print $2 }' <<< "$status")" "effective capabilities"
    expect 0000000000003400 "$(awk '/^CapBnd:/ { print $2 }' <<< "$status")" "bounding set"
}

the_unit_is_exposed_at_most_2_2() {
    local said
    said=$(node systemd-analyze security --no-pager appliance.service | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
    echo "exposure $said"
    awk -v said="$said" 'BEGIN { exit !(said > 0 && said <= 2.2) }'
}

the_journal_has_our_lines_with_their_priority() {
    node journalctl --unit=appliance.service --output=json --no-pager > "$work/journal.json"
    python3 - "$work/journal.json" << 'END'
import json, sys
ours = [entry for entry in map(json.loads, open(sys.argv[1])) if entry.get("_COMM") == "appliance"]
assert ours, "no line of the daemon"
assert all(entry["PRIORITY"] in "234567" for entry in ours), "a line without its priority"
marked = [entry["MESSAGE"] for entry in ours if str(entry["MESSAGE"]).startswith("<")]
assert not marked, f"a priority that the journal did not understand: {marked}"
END
}

the_watchdog_is_fed() {
    expect 10s "$(unit_property WatchdogUSec)" "WatchdogSec"
    watchdog_moves_on() { [[ $(unit_property WatchdogTimestampMonotonic) != "$1" ]]; }
    wait_until 45 watchdog_moves_on "$(unit_property WatchdogTimestampMonotonic)"
}

a_restart_brings_a_new_process_that_serves() {
    local before
    before=$(main_pid)
    node systemctl restart appliance.service
    serves_with_another_pid_than "$before"
    expect 200 "$(code_of http://127.0.0.1:9900/readyz)" "/readyz"
}

a_restart_refuses_no_new_connection() {
    local before code=0 loader
    before=$(main_pid)
    rm -f "$work/stop"
    node_network python3 "$here/lib/connector.py" 127.0.0.1 8080 "$work/stop" > "$work/connections" &
    loader=$!
    wait_until 30 test -s "$work/connections"
    node systemctl restart appliance.service
    serves_with_another_pid_than "$before"
    touch "$work/stop"
    wait "$loader" || code=$?
    tail -n 1 "$work/connections"
    expect 0 "$code" "exit code of the client, which counts refused connections"
}

a_slow_request_at_a_restart_ends_well_and_new_clients_do_not_wait_for_it() {
    local before code=0 slow_code=0 loader slow restart
    before=$(main_pid)
    rm -f "$work/stop" "$work/release"
    edit_config_for_this_test 's/^upstreams:/  - { name: slow, address: "127.0.0.1:8095", routes: [{ upstream: slow }] }\nupstreams:\n  - { name: slow, servers: [{ address: "127.0.0.1:9095" }] }/'
    node systemctl reload appliance.service
    node_network python3 "$here/lib/slow_request.py" 8095 9095 "$work/release" > "$work/slow" &
    slow=$!
    wait_until 30 grep -q 'under way' "$work/slow"
    node_network python3 "$here/lib/connector.py" 127.0.0.1 8080 "$work/stop" 2 > "$work/connections" &
    loader=$!
    wait_until 30 test -s "$work/connections"
    node systemctl restart appliance.service &
    restart=$!
    # The old process waits for the slow request all this time: that is the subject.
    sleep 4
    expect "$before" "$(main_pid)" "main process while the slow request is under way"
    touch "$work/release"
    wait "$slow" || slow_code=$?
    wait "$restart"
    serves_with_another_pid_than "$before"
    touch "$work/stop"
    wait "$loader" || code=$?
    tail -n 1 "$work/connections"
    restore_config
    node systemctl reload appliance.service
    expect 0 "$slow_code" "exit code of the slow client"
    expect 0 "$code" "exit code of the client, which counts refused connections and measures how long it waits"
}

https_is_served_by_the_packaged_program() {
    local tls=$node_root/etc/appliance/tls answer
    mkdir "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=e2e -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$tls/site.key" -out "$tls/site.pem" 2> /dev/null
    node chgrp appliance /etc/appliance/tls/site.key
    chmod 0640 "$tls/site.key"
    cp "$tls/site.pem" "$work/site.pem"
    edit_config_for_this_test 's|^upstreams:|  - { name: secure, address: "127.0.0.1:8443", tls: { certificate_file: tls/site.pem, key_file: tls/site.key }, routes: [{ upstream: demo }] }\nupstreams:|'
    node systemctl reload appliance.service
    answer=$(node_get --cacert "$work/site.pem" --output /dev/null --write-out '%{http_code}' https://127.0.0.1:8443/livez)
    node_get http://127.0.0.1:9900/metrics > "$work/metrics"
    restore_config
    node systemctl reload appliance.service
    rm -r "$tls"
    expect 200 "$answer" "answer over https"
    grep -q '^appliance_tls_certificate_expiry_seconds{listener="secure"' "$work/metrics"
}

a_killed_daemon_refuses_no_new_connection() {
    local before code=0 loader
    before=$(main_pid)
    rm -f "$work/stop"
    node_network python3 "$here/lib/connector.py" 127.0.0.1 8080 "$work/stop" > "$work/connections" &
    loader=$!
    wait_until 30 test -s "$work/connections"
    signal_main KILL
    wait_until 30 serves_with_another_pid_than "$before"
    touch "$work/stop"
    wait "$loader" || code=$?
    tail -n 1 "$work/connections"
    expect 0 "$code" "exit code of the client, which counts refused connections"
}

a_killed_daemon_comes_back() {
    local before
    before=$(main_pid)
    signal_main KILL
    wait_until 30 serves_with_another_pid_than "$before"
    wait_until 30 code_is 200 http://127.0.0.1:8080/livez
}

a_hanging_daemon_is_killed_by_the_watchdog_and_comes_back() {
    local before
    shorten_watchdog
    before=$(main_pid)
    signal_main STOP
    wait_until 45 serves_with_another_pid_than "$before"
    node journalctl --unit=appliance.service --no-pager > "$work/told"
    grep -q 'Watchdog timeout' "$work/told"
}

a_reload_applies_a_new_listener_without_a_restart() {
    local before
    before=$(main_pid)
    edit_config_for_this_test 's/^upstreams:/  - { name: second, address: "127.0.0.1:8090", routes: [{ upstream: demo }] }\nupstreams:/'
    node systemctl reload appliance.service
    expect 200 "$(code_of http://127.0.0.1:8090/livez)" "the new listener"
    restore_config
    node systemctl reload appliance.service
    expect "$before" "$(main_pid)" "main process"
}

a_reload_of_a_bad_config_fails_with_the_reason_and_the_old_one_serves_on() {
    local before code=0
    before=$(main_pid)
    edit_config_for_this_test 's/^upstreams:/upstraems:/'
    if node systemctl reload appliance.service; then
        echo "the reload was accepted"
        return 1
    fi
    node appliance reload > "$work/told" 2>&1 || code=$?
    restore_config
    expect 2 "$code" "exit code of reload"
    grep -q upstraems "$work/told"
    unit_is active
    expect "$before" "$(main_pid)" "main process"
    expect 200 "$(code_of http://127.0.0.1:9900/livez)" "/livez"
}

a_bad_config_is_told_with_its_place() {
    local code=0
    edit_config_for_this_test 's/^upstreams:/upstraems:/'
    node appliance check > "$work/check" 2>&1 || code=$?
    restore_config
    cat "$work/check"
    expect 2 "$code" "exit code of check"
    grep -qE '^/etc/appliance/appliance.yaml:[0-9]+:[0-9]+: ' "$work/check"
    node appliance check
}

a_bad_config_stops_the_service_once_with_exit_2() {
    edit_config_for_this_test 's/^upstreams:/upstraems:/'
    node systemctl restart appliance.service || true
    restore_config
    # With a restart pending the state would be "activating".
    wait_until 30 unit_is failed
    expect 2 "$(unit_property ExecMainStatus)" "exit status"
    expect 0 "$(unit_property NRestarts)" "restarts"
    # Of this start only: a refused reload has told of the same mistake before.
    node journalctl --output=cat --no-pager "_SYSTEMD_INVOCATION_ID=$(unit_property InvocationID)" PRIORITY=3 > "$work/told"
    grep -q upstraems "$work/told"
}

a_mended_config_starts_again() {
    node systemctl start appliance.service
    unit_is active
    expect 200 "$(code_of http://127.0.0.1:9900/readyz)" "/readyz"
}

a_stop_is_clean() {
    node systemctl stop appliance.service
    expect inactive "$(unit_property ActiveState)" "state"
    expect success "$(unit_property Result)" "result"
    expect 0 "$(unit_property ExecMainStatus)" "exit status"
    node systemctl start appliance.service
}

an_upgrade_keeps_the_edited_config_and_the_key() {
    local before key_before
    before=$(main_pid)
    key_before=$(sha256sum < "$node_root/etc/appliance/cluster.key")
    edit_config '1i # edited by the operator'
    dpkg-deb --raw-extract "$deb" "$work/newer"
    sed -i 's/^Version: .*/&+e2e/' "$work/newer/DEBIAN/control"
    dpkg-deb --root-owner-group -Zxz -z0 --build "$work/newer" "$node_root/root/newer.deb"
    node dpkg --install /root/newer.deb
    wait_until 30 serves_with_another_pid_than "$before"
    expect "# edited by the operator" "$(head -n 1 "$node_root/etc/appliance/appliance.yaml")" "first line of the config"
    expect "$key_before" "$(sha256sum < "$node_root/etc/appliance/cluster.key")" "key"
}

a_removal_keeps_the_config_and_the_key() {
    node dpkg --remove appliance
    test -f "$node_root/etc/appliance/appliance.yaml"
    test -f "$node_root/etc/appliance/cluster.key"
    test ! -e "$node_root/usr/bin/appliance"
    unit_is inactive
}

# Names of all files that a package could leave; logs, dpkg's own books and the backups of the user database aside.
list_files() {
    node find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev -o -path /root -o -path /var/log \
        -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/cache \) -prune -o ! -path '/etc/*-' -print | sort
}

a_purge_leaves_no_file_user_unit_or_socket() {
    node dpkg --purge appliance
    diff "$work/files.before" <(list_files)
    # Kept by others on behalf of the package: systemd's state, runtime directory, unit links.
    expect "" "$(node find /var/lib/systemd /run -xdev -name '*appliance*')" "files of systemd"
    expect "" "$(node getent passwd appliance || true)" "user"
    expect "" "$(node getent group appliance || true)" "group"
    expect "" "$(node systemctl list-units --all --plain --no-legend 'appliance*')" "units"
    expect "" "$(node systemctl list-unit-files --plain --no-legend 'appliance*' || true)" "unit files"
    expect "" "$(node ss --listening --tcp --udp --no-header)" "sockets"
}

single_node_tests=(
    the_package_installs_and_its_files_are_intact
    the_unit_is_enabled_and_becomes_active
    the_cluster_key_is_random_and_closed_to_others
    status_says_that_a_single_node_runs
    the_node_is_alive_and_ready
    metrics_are_served
    a_request_goes_through_the_listener_to_the_demo_upstream
    the_shipped_policy_stops_a_burst
    the_process_has_its_own_user_and_three_capabilities
    the_unit_is_exposed_at_most_2_2
    the_journal_has_our_lines_with_their_priority
    the_watchdog_is_fed
    a_restart_brings_a_new_process_that_serves
    a_restart_refuses_no_new_connection
    a_slow_request_at_a_restart_ends_well_and_new_clients_do_not_wait_for_it
    https_is_served_by_the_packaged_program
    a_killed_daemon_refuses_no_new_connection
    a_killed_daemon_comes_back
    a_hanging_daemon_is_killed_by_the_watchdog_and_comes_back
    a_reload_applies_a_new_listener_without_a_restart
    a_reload_of_a_bad_config_fails_with_the_reason_and_the_old_one_serves_on
    a_bad_config_is_told_with_its_place
    a_bad_config_stops_the_service_once_with_exit_2
    a_mended_config_starts_again
    a_stop_is_clean
    an_upgrade_keeps_the_edited_config_and_the_key
    a_removal_keeps_the_config_and_the_key
    a_purge_leaves_no_file_user_unit_or_socket
)
