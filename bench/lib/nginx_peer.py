"""nginx as a reverse proxy, set up for speed: kept upstream connections, no access log, one worker."""

import subprocess

from child import Child

CONFIG = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/nginx.error crit;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; multi_accept on; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {directory}/nginx.body; proxy_temp_path {directory}/nginx.proxy;
  fastcgi_temp_path {directory}/nginx.fcgi; uwsgi_temp_path {directory}/nginx.uwsgi; scgi_temp_path {directory}/nginx.scgi;
  limit_req_zone $binary_remote_addr zone=clients:10m rate=100000000r/s;
  upstream api {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 600s; }}
  upstream assets {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 600s; }}
  upstream web {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 600s; }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
{certificate}  limit_req zone=clients burst=1000000 nodelay;
  server {{
    listen 127.0.0.1:{port} backlog=4096 reuseport default_server{secure};
    location /assets {{ proxy_pass http://assets; }}
    location / {{ proxy_pass http://web; }}
  }}
  server {{
    listen 127.0.0.1:{port}{secure};
    server_name api.example.com;
    location /v1 {{ proxy_pass http://api; }}
    location /assets {{ proxy_pass http://assets; }}
    location / {{ proxy_pass http://web; }}
  }}
}}
"""


class NginxPeer:
    name = "nginx"
    warm_up_seconds = 1

    def __init__(self, secure=False, connections=8192):
        self._secure = secure
        self._connections = connections

    def version(self):
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr.split("/")[-1].strip()

    def start(self, directory, ports, core):
        config = directory / "nginx.conf"
        certificate = f"  ssl_certificate {directory}/tls.pem; ssl_certificate_key {directory}/tls.key; ssl_protocols TLSv1.3;\n"
        config.write_text(CONFIG.format(directory=directory, connections=self._connections, files=self._connections * 2, port=ports.nginx, upstream=ports.upstream,
                                        secure=" ssl" if self._secure else "", certificate=certificate if self._secure else ""))
        child = Child("nginx", ["nginx", "-e", f"{directory}/nginx.error", "-c", str(config)], core, directory / "nginx.log")
        child.wait_listening(ports.nginx)
        return child, ports.nginx
