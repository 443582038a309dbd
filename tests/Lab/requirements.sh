# shellcheck shell=bash
# Sourced by ./demo and ./test: finds what a level lacks, and installs it when root.
REQUIREMENTS=$(dirname "${BASH_SOURCE[0]}")/requirements
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# missing_packages LEVEL...: the Debian packages whose tools are not here, one a line.
missing_packages() {
    local tool package levels level
    while read -r tool package levels; do
        [[ -n $tool && $tool != \#* ]] || continue
        for level in "$@"; do
            if [[ ,$levels, == *,$level,* ]] && ! [[ $tool == /* && -e $tool ]] && ! command -v "$tool" >/dev/null; then echo "$package"; fi
        done
    done < "$REQUIREMENTS" | sort -u
}

# Debian starts a service as soon as its package is installed. Tests want the programs only, so starting is forbidden meanwhile,
# and what was not here before does not start at the next boot either.
install_quietly() {
    local guard=/usr/sbin/policy-rc.d guarded=no package status=0
    if [[ ! -e $guard ]]; then
        printf '#!/bin/sh\nexit 101\n' > "$guard"
        chmod 755 "$guard"
        guarded=yes
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; } >&2 || status=$?
    if [[ $guarded == yes ]]; then rm -f "$guard"; fi
    for package in nginx haproxy keepalived; do
        if [[ " $* " == *" $package"* && -d /run/systemd/system ]]; then systemctl -q disable "$package" >&2 || true; fi
    done
    return "$status"
}

# require LEVEL...: everything is here afterwards, or the reason is printed and the result is 1.
require() {
    local -a packages
    mapfile -t packages < <(missing_packages "$@")
    [[ ${#packages[@]} -gt 0 ]] || return 0
    if [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
        echo "installing what is missing: ${packages[*]}" >&2
        install_quietly "${packages[@]}" || true
        mapfile -t packages < <(missing_packages "$@")
        [[ ${#packages[@]} -gt 0 ]] || return 0
    fi
    echo "missing tools; install them with: apt-get install ${packages[*]}" >&2
    return 1
}

# require_dotnet: the SDK that global.json asks for.
require_dotnet() {
    if command -v dotnet >/dev/null && dotnet --version >/dev/null 2>&1; then return 0; fi
    echo "missing: the .NET SDK 10 (https://learn.microsoft.com/dotnet/core/install/linux-debian)" >&2
    return 1
}
