"""What is measured: a number of client connections, kept or made anew for each request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    connections: int
    close: bool
    target: float
    scheme: str = "http"


CASES = [
    Case("64", "64 keep-alive connections", 64, False, 0.85),
    Case("256", "256 keep-alive connections", 256, False, 0.80),
    Case("new", "new connection per request, 64 at a time", 64, True, 0.95),
]

TLS_CASES = [
    Case("64", "64 keep-alive connections", 64, False, 0.90, "https"),
    # wrk offers no session to resume: each of these is a full handshake.
    Case("new", "new connection and full handshake per request, 64 at a time", 64, True, 1.00, "https"),
]
