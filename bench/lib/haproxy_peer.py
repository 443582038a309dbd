"""HAProxy set up for speed: one thread, upstream connections shared by all clients, no log, a stick table for the limit."""

import subprocess

from child import Child

CONFIG = """
global
  nbthread 1
  maxconn {connections}
  no strict-limits
defaults
  mode http
  option http-keep-alive
  http-reuse always
  option forwardfor
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-request 10s
  timeout http-keep-alive 600s
frontend web
  maxconn {connections}
  bind 127.0.0.1:{port} backlog 4096{secure}
  stick-table type ip size 100k expire 60s store http_req_rate(1s)
  http-request track-sc0 src
  http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 100000000 }}
  use_backend api if {{ req.hdr(host) -i api.example.com }} {{ path_beg /v1 }}
  use_backend assets if {{ path_beg /assets }}
  default_backend web
backend api
  server one 127.0.0.1:{upstream} pool-max-conn 512
backend assets
  server one 127.0.0.1:{upstream} pool-max-conn 512
backend web
  server one 127.0.0.1:{upstream} pool-max-conn 512
"""


class HaproxyPeer:
    name = "haproxy"
    warm_up_seconds = 1

    def __init__(self, secure=False, connections=8192):
        self._secure = secure
        self._connections = connections

    def version(self):
        return subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout.split()[2]

    def start(self, directory, ports, core):
        config = directory / "haproxy.cfg"
        config.write_text(CONFIG.format(
            connections=self._connections, port=ports.haproxy, upstream=ports.upstream, secure=f" ssl crt {directory}/tls.both.pem ssl-min-ver TLSv1.3" if self._secure else ""))
        child = Child("haproxy", ["haproxy", "-db", "-f", str(config)], core, directory / "haproxy.log")
        child.wait_listening(ports.haproxy)
        return child, ports.haproxy
