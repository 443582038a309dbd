"""Sends bytes to an echo server behind TLS and checks what comes back, both ways at once, in pieces of random size, reading in fits and starts.

Usage: bulk_client.py PORT BYTES SEED tls1.2|tls1.3
"""

import random
import select
import socket
import ssl
import sys

port, total, seed, version = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.maximum_version = ssl.TLSVersion.TLSv1_2 if version == "tls1.2" else ssl.TLSVersion.TLSv1_3
pattern = random.Random(seed).randbytes(1_000_003)
doubled = memoryview(pattern + pattern)
sizes = random.Random(seed + 1)
plain = socket.create_connection(("127.0.0.1", port))
plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
stream = context.wrap_socket(plain)
stream.setblocking(False)

sent = received = 0
piece = None
stalled = 0
while received < total:
    # A slow reader: for some turns only writing goes on, until the other side has to stop.
    if stalled == 0 and sizes.random() < 0.001:
        stalled = sizes.randrange(200)
    progress = False
    if sent < total:
        # OpenSSL wants to see the same bytes again after WANT_WRITE.
        piece = piece or doubled[sent % len(pattern):][:min(sizes.randrange(1, 100_000), total - sent)]
        try:
            sent += (done := stream.send(piece))
            piece = piece[done:] or None
            progress = True
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            stalled = 0
    else:
        stalled = 0
    if stalled > 0:
        stalled -= 1
    else:
        try:
            got = stream.recv(sizes.randrange(1, 60_000))
            if not got:
                sys.exit(f"the stream ended after {received} of {total}")
            start = received % len(pattern)
            if doubled[start:start + len(got)] != got:
                sys.exit(f"wrong bytes at {received}")
            received += len(got)
            progress = True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
    if not progress:
        writers = [stream] if sent < total else []
        if select.select([stream], writers, [], 20) == ([], [], []):
            sys.exit(f"nothing moves: {sent} sent, {received} received of {total}")
stream.setblocking(True)
stream.unwrap()
print(f"{received} bytes came back")
