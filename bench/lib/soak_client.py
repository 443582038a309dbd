"""One kind of client of bench/soak: soak_client.py KIND PLAIN-PORT TLS-PORT. Runs until SIGTERM; then prints `KIND done failed`."""

import random
import signal
import socket
import ssl
import sys
import time

BLOCK = bytes(65536)
UPLOAD = 256 * 1024
PAUSE_SECONDS = 0.002


class Stopped(Exception):
    """SIGTERM has come."""


def stop(*_):
    raise Stopped


class Client:
    def __init__(self, plain, secure):
        self._plain, self._secure = plain, secure
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        self._kept = None

    def connect(self, secure=False):
        one = socket.socket()
        one.settimeout(30)
        # Many addresses, so that the limiter has many keys; as many as its table is sure to hold.
        one.bind((f"127.1.{random.randrange(4)}.{random.randrange(1, 255)}", 0))
        one.connect(("127.0.0.1", self._secure if secure else self._plain))
        return self._context.wrap_socket(one) if secure else one

    def ask(self, one, path="/", head="", body=0, read=None):
        """Sends a request and reads its whole answer, or `read` bytes of it; True when the answer says that the connection goes on."""
        method = "POST" if body else "GET"
        length = f"Content-Length: {body}\r\n" if body else ""
        one.sendall(f"{method} {path} HTTP/1.1\r\nHost: soak\r\n{length}{head}\r\n".encode())
        for _ in range(body // len(BLOCK)):
            one.sendall(BLOCK)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._some(one)
        header, _, rest = received.partition(b"\r\n\r\n")
        if not header.startswith(b"HTTP/1.1 200"):
            raise OSError(header)
        left = next(int(line[15:]) for line in header.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        left = min(left, read) if read is not None else left
        count = len(rest)
        while count < left:
            count += len(self._some(one))
        return b"connection: close" not in header.lower()

    @staticmethod
    def _some(one):
        more = one.recv(65536)
        if not more:
            raise OSError("closed in an answer")
        return more

    def keep(self, secure=False):
        if self._kept is None:
            self._kept = self.connect(secure)
        if not self.ask(self._kept):
            self.drop()

    def drop(self):
        if self._kept is not None:
            self._kept.close()
        self._kept = None

    def keepalive(self):
        self.keep()

    def tls(self):
        self.keep(secure=True)
        if random.random() < 0.1:
            self.drop()

    def new(self):
        with self.connect() as one:
            self.ask(one, head="Connection: close\r\n")

    def upload(self):
        with self.connect() as one:
            self.ask(one, body=UPLOAD)

    def download(self):
        with self.connect(random.random() < 0.3) as one:
            self.ask(one, "/large")

    def abort(self):
        """Goes away with RST: before, in or after a request, or in the answer."""
        with self.connect() as one:
            phase = random.randrange(4)
            if phase == 1:
                one.sendall(b"GET / HTTP/1.1\r\nHo")
            elif phase == 2:
                one.sendall(b"POST / HTTP/1.1\r\nHost: soak\r\nContent-Length: 1000000\r\n\r\n" + BLOCK)
            elif phase == 3:
                self.ask(one, "/large", read=100_000)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def slow(self):
        """Reads a large answer in sips: the server is held back all the while."""
        with self.connect() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            one.sendall(b"GET /large HTTP/1.1\r\nHost: soak\r\n\r\n")
            for _ in range(50):
                self._some(one)
                time.sleep(0.02)


def main():
    kind, client, done, failed = sys.argv[1], Client(int(sys.argv[2]), int(sys.argv[3])), 0, 0
    signal.signal(signal.SIGTERM, stop)
    try:
        while True:
            try:
                getattr(client, kind)()
                done += 1
            except OSError as error:
                failed += 1
                client.drop()
                print(f"{kind}: {error}", file=sys.stderr, flush=True)
            time.sleep(PAUSE_SECONDS)
    except Stopped:
        print(kind, done, failed, flush=True)


if __name__ == "__main__":
    main()
