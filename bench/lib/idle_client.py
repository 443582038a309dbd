"""Opens connections, makes one request on each, says so and holds them: idle_client.py PORT SOURCE-ADDRESS http|https STEP...

After each STEP connections more it prints their number so far and waits for a line; at the end of its input it ends.
"""

import socket
import ssl
import sys

REQUEST = b"GET /v1/x HTTP/1.1\r\nHost: api.example.com\r\n\r\n"


def answered(connection):
    connection.sendall(REQUEST)
    received = b""
    while b"\r\n\r\n" not in received or not received.endswith(b"0123456789"):
        more = connection.recv(65536)
        if not more:
            raise ConnectionError(f"closed after {received!r}")
        received += more
    if not received.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"answered {received!r}")


def main():
    port, source, scheme, steps = int(sys.argv[1]), sys.argv[2], sys.argv[3], [int(step) for step in sys.argv[4:]]
    context = None
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    held = []
    for step in steps:
        for _ in range(step):
            connection = socket.socket()
            # The kernel then finds the port at the connect, by the whole address pair.
            connection.setsockopt(socket.IPPROTO_IP, 24, 1)
            connection.settimeout(30)
            connection.bind((source, 0))
            connection.connect(("127.0.0.1", port))
            if context:
                connection = context.wrap_socket(connection)
            answered(connection)
            held.append(connection)
        print(len(held), flush=True)
        if not sys.stdin.readline():
            return


if __name__ == "__main__":
    main()
