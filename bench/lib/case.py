"""What is measured: a number of client connections, kept or made anew for each request, busy or with pauses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    connections: int
    close: bool
    # Ours divided by the better peer, of the figure that is judged.
    target: float
    scheme: str = "http"
    # Between an answer and the next request of a connection, on average; 0: as fast as it goes.
    pause_ms: int = 0
    # A path that no prefix route takes: the last, general route answers, so all routes are tried.
    path: str = "/index"
    headers: tuple = ()
    # Instead of a ratio: how much longer half of ours may take.
    added_p50_us: float = 0

    @property
    def judged(self):
        """At full load the CPU time; when everybody gets the same load, how long the slowest requests take."""
        return "p99_us" if self.pause_ms else "cpu_us"


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

LATENCY_CASES = [
    Case("light", "64 connections, each pausing 20 ms", 64, False, 1.00, pause_ms=20),
    Case("half", "64 connections, each pausing 4 ms", 64, False, 1.00, pause_ms=4),
    Case("many", "256 connections, each pausing 16 ms", 256, False, 1.00, pause_ms=16),
]

# What nginx's auth_request sends, to both: nginx answers it without a look.
QUESTION = {
    "path": "/v1/decision",
    "headers": ("X-Original-Method: GET", "X-Original-URI: /v1/things?page=2", "X-Original-Host: api.example.com", "X-Forwarded-For: 192.0.2.1"),
    "added_p50_us": 30,
}

DECISION_CASES = [
    Case("light", "64 connections, each pausing 20 ms", 64, False, 0, pause_ms=20, **QUESTION),
    Case("half", "64 connections, each pausing 4 ms", 64, False, 0, pause_ms=4, **QUESTION),
    Case("one", "one connection, one question after the other", 1, False, 0, **QUESTION),
    Case("full", "64 connections, as fast as it goes", 64, False, 0, **QUESTION | {"added_p50_us": 0}),
]

TLS_LATENCY_CASES = [
    Case("tls", "64 connections over TLS, each pausing 6 ms", 64, False, 1.00, "https", pause_ms=6),
]
