"""One request through the proxy to a server of its own, which answers only when a file appears.

Usage: slow_request.py PROXY_PORT SERVER_PORT RELEASE_FILE, all on 127.0.0.1. Prints a line when the request is under way. Exit 0: it was
answered whole.
"""
import os
import socket
import sys
import threading
import time

LIMIT_SECONDS = 60

proxy, own, release = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
listener = socket.create_server(("127.0.0.1", own))


def serve():
    connection, _ = listener.accept()
    connection.recv(4096)
    print("under way", flush=True)
    end = time.monotonic() + LIMIT_SECONDS
    while not os.path.exists(release) and time.monotonic() < end:
        time.sleep(0.01)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nslow\n")


threading.Thread(target=serve, daemon=True).start()
client = socket.create_connection(("127.0.0.1", proxy), timeout=LIMIT_SECONDS)
client.sendall(b"GET / HTTP/1.1\r\nHost: e2e\r\nConnection: close\r\n\r\n")
answer = b""
while data := client.recv(4096):
    answer += data
sys.exit(not (answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"slow\n")))
