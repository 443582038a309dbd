"""Opens a new connection every few milliseconds until a file appears or a minute is over, asks once on each, and counts how many were refused.

Usage: connector.py ADDRESS PORT STOP_FILE [SECONDS]. The first line says that it has begun, the last one what it counted. Exit 1: some were
refused, none was answered, or one waited longer than SECONDS (default 30) for its answer.
"""
import os
import socket
import sys
import threading
import time

LIMIT_SECONDS = 60

address, port, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
patience = float(sys.argv[4]) if len(sys.argv) > 4 else 30
longest = 0.0
counts = {"answered": 0, "refused": 0, "torn": 0}
lock = threading.Lock()


def count(what):
    with lock:
        counts[what] += 1


def ask():
    global longest
    begin = time.monotonic()
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
    with lock:
        longest = max(longest, time.monotonic() - begin)


print("begun", flush=True)
threads = []
end = time.monotonic() + LIMIT_SECONDS
while not os.path.exists(stop) and time.monotonic() < end:
    threads.append(threading.Thread(target=ask))
    threads[-1].start()
    time.sleep(0.015)
for thread in threads:
    thread.join()
print("connections:", ", ".join(f"{number} {what}" for what, number in counts.items()), f"longest {longest:.3f} s", flush=True)
sys.exit(counts["refused"] > 0 or counts["answered"] == 0 or longest > patience)
