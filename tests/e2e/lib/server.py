"""The server behind a pair: answers every GET with a short text. Usage: server.py ADDRESS PORT"""

import http.server
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"served\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        return  # A line per request tells nothing here.


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


Server((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
