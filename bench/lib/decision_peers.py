"""Who answers a gateway's question: the appliance's decision API, and nginx that says 200 without a look, which is the least there can be."""

from appliance_peer import AppliancePeer
from child import Child
from nginx_peer import NginxPeer

CONFIG = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/nginx.error warn;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  server {{
    listen 127.0.0.1:{port} backlog=4096 reuseport;
    location / {{ return 200; }}
  }}
}}
"""


class NginxReturn200(NginxPeer):
    """No upstream, no limit: what asking anybody at all costs."""

    def start(self, directory, ports, core):
        config = directory / "nginx.conf"
        config.write_text(CONFIG.format(directory=directory, port=ports.nginx))
        child = Child("nginx", ["nginx", "-e", f"{directory}/nginx.error", "-c", str(config)], core, directory / "nginx.log")
        child.wait_listening(ports.nginx)
        return child, ports.nginx


class DecisionApi(AppliancePeer):
    """The admin address of a daemon with one policy on the client address."""

    def start(self, directory, ports, core):
        child, _ = super().start(directory, ports, core)
        return child, ports.admin
