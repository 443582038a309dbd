"""Free loopback ports for one run, so that two runs on a machine do not meet."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Ports:
    upstream: int
    nginx: int
    haproxy: int
    ours: int
    admin: int


def free_ports():
    sockets = [socket.socket() for _ in range(5)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return Ports(*(one.getsockname()[1] for one in sockets))
    finally:
        for one in sockets:
            one.close()
