"""Opens a new connection every few milliseconds until a file appears or a minute is over, asks once on each, and counts how many were refused.

Usage: connector.py ADDRESS PORT STOP_FILE. The first line says that it has begun, the last one what it counted. Exit 1: some were refused,
or none was answered.
"""
import os
import socket
import sys
import threading
import time

LIMIT_SECONDS = 60

address, port, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
counts = {"answered": 0, "refused": 0, "torn": 0}
lock = threading.Lock()


def count(what):
    with lock:
        counts[what] += 1


def ask():
    try:
        connection = socket.create_connection((address, port), timeout=30)
    except OSError:
        count("refused")
        return
    with connection:
        try:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: e2e\r\nConnection: close\r\n\r\n")
            count("answered" if connection.recv(4096).startswith(b"HTTP/1.1 ") else "torn")
        except OSError:
            count("torn")


print("begun", flush=True)
threads = []
end = time.monotonic() + LIMIT_SECONDS
while not os.path.exists(stop) and time.monotonic() < end:
    threads.append(threading.Thread(target=ask))
    threads[-1].start()
    time.sleep(0.015)
for thread in threads:
    thread.join()
print("connections:", ", ".join(f"{number} {what}" for what, number in counts.items()), flush=True)
sys.exit(counts["refused"] > 0 or counts["answered"] == 0)
