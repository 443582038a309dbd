"""The three proxies as plain TCP relays, each set up for bulk on one core."""

import subprocess

from appliance_peer import AppliancePeer
from child import Child
from haproxy_peer import HaproxyPeer
from nginx_peer import NginxPeer

HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  mode tcp
  option splice-auto
  timeout connect 5s
  timeout client 600s
  timeout server 600s
frontend relay
  bind 127.0.0.1:{port} backlog 4096
  default_backend servers
backend servers
  server one 127.0.0.1:{upstream}
"""

NGINX = """
load_module modules/ngx_stream_module.so;
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/nginx.error crit;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; multi_accept on; }}
stream {{
  proxy_buffer_size 64k;
  server {{ listen 127.0.0.1:{port} backlog=4096 reuseport; proxy_pass 127.0.0.1:{upstream}; }}
}}
"""

OURS = """
node: bench
listeners:
  - name: relay
    address: 127.0.0.1:{port}
    protocol: tcp
    upstream: servers
upstreams:
  - name: servers
    servers: [{{ address: "127.0.0.1:{upstream}" }}]
admin:
  address: 127.0.0.1:{admin}
log:
  level: warning
"""


class HaproxyRelay(HaproxyPeer):
    def start(self, directory, ports, core):
        config = directory / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=ports.haproxy, upstream=ports.upstream))
        child = Child("haproxy", ["haproxy", "-db", "-f", str(config)], core, directory / "haproxy.log")
        child.wait_listening(ports.haproxy)
        return child, ports.haproxy

    def splices(self):
        done = subprocess.run(["haproxy", "-vv"], capture_output=True, text=True, check=True)
        return "+LINUX_SPLICE" in done.stdout


class NginxRelay(NginxPeer):
    def start(self, directory, ports, core):
        config = directory / "nginx.conf"
        config.write_text(NGINX.format(directory=directory, port=ports.nginx, upstream=ports.upstream))
        child = Child("nginx", ["nginx", "-e", f"{directory}/nginx.error", "-p", "/usr/lib/nginx/", "-c", str(config)], core,
                      directory / "nginx.log")
        child.wait_listening(ports.nginx)
        return child, ports.nginx


class ApplianceRelay(AppliancePeer):
    # A relay runs little code, but that must have been compiled for the long run, too.
    warm_up_gigabytes = 8

    def start(self, directory, ports, core):
        config = directory / "appliance.yaml"
        config.write_text(OURS.format(port=ports.ours, admin=ports.admin, upstream=ports.upstream))
        for name in ("run", "state"):
            (directory / name).mkdir()
        env = {"RUNTIME_DIRECTORY": str(directory / "run"), "STATE_DIRECTORY": str(directory / "state")}
        child = Child("ours", [*self.command(), "run", "--config", str(config)], core, directory / "appliance.log", env)
        child.wait_listening(ports.ours)
        return child, ports.ours
