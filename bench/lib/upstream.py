"""The server behind every proxy under test: nginx that answers 150 bytes from memory."""

from child import Child

BODY = "0123456789" * 15

CONFIG = """
daemon off; worker_processes 1; pid {directory}/upstream.pid; error_log {directory}/upstream.error warn;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {directory}/upstream.body; proxy_temp_path {directory}/upstream.proxy;
  fastcgi_temp_path {directory}/upstream.fcgi; uwsgi_temp_path {directory}/upstream.uwsgi; scgi_temp_path {directory}/upstream.scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096 reuseport;
    default_type text/plain;
    location / {{ return 200 "{body}"; }}
  }}
}}
"""


def start_upstream(directory, port, core):
    config = directory / "upstream.conf"
    config.write_text(CONFIG.format(directory=directory, port=port, body=BODY))
    child = Child("upstream", ["nginx", "-e", f"{directory}/upstream.error", "-c", str(config)], core, directory / "upstream.log")
    return child
