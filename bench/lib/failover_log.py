"""Reads what the C probes write (failover_log.h) while they write it."""

import mmap
import struct
import time
from dataclasses import dataclass

HEADER_BYTES = 64
RECORD = struct.Struct("=qicc2x")
CAPACITY = 1 << 19


class LogError(RuntimeError):
    """A probe did not start, or its records were overwritten before they were read."""


@dataclass(frozen=True)
class Record:
    """ns: CLOCK_MONOTONIC, as time.monotonic_ns(). kind, value: see the probes. node: who answered; empty where that means nothing."""

    ns: int
    value: int
    kind: str
    node: str


class Log:
    """The records of one probe, oldest first."""

    def __init__(self, path, alive, timeout_seconds=10):
        """alive: raises when the probe has ended."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            alive()
            try:
                with open(path, "r+b") as file:
                    self._map = mmap.mmap(file.fileno(), HEADER_BYTES + CAPACITY * RECORD.size)
                if self.count > 0:
                    return
            except (FileNotFoundError, ValueError):
                pass  # Not there, or not yet as long as it will be.
            if time.monotonic() > deadline:
                raise LogError(f"no records in {path}")
            time.sleep(0.01)

    @property
    def count(self):
        return struct.unpack_from("=Q", self._map, 0)[0]

    def last(self):
        return self._at(self.count - 1)

    def since(self, ns):
        """Everything from ns on."""
        end, found = self.count, []
        for position in range(end - 1, max(-1, end - CAPACITY // 2), -1):
            one = self._at(position)
            if one.ns < ns:
                found.reverse()
                return found
            found.append(one)
        if end > CAPACITY // 2:
            raise LogError("asked for records that are overwritten")
        found.reverse()
        return found

    def _at(self, position):
        ns, value, kind, node = RECORD.unpack_from(self._map, HEADER_BYTES + position % CAPACITY * RECORD.size)
        return Record(ns, value, kind.decode(), node.decode().strip("\0"))
