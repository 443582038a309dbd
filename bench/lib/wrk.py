"""Runs wrk, pinned, and returns what it counted."""

import json
import pathlib
import subprocess
from dataclasses import dataclass

REPORT_SCRIPT = pathlib.Path(__file__).with_name("wrk_report.lua")


class WrkError(RuntimeError):
    """The client saw failed requests, so the figures of this run mean nothing."""


@dataclass(frozen=True)
class WrkResult:
    requests: int
    seconds: float
    p50_us: float
    p99_us: float


def run_wrk(case, port, seconds, core):
    command = ["taskset", "-c", str(core), "wrk", "-t", "1", "-c", str(case.connections), "-d", f"{seconds}s",
               "--timeout", "10s", "-s", str(REPORT_SCRIPT)]
    if case.close:
        command += ["-H", "Connection: close"]
    for header in case.headers:
        command += ["-H", header]
    command.append(f"{case.scheme}://127.0.0.1:{port}{case.path}")
    if case.pause_ms:
        command += ["--", str(case.pause_ms)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True)
    counted = json.loads(done.stdout.rpartition("REPORT ")[2])
    if counted["failed"] > 0 or counted["requests"] == 0:
        raise WrkError(f"{counted['failed']} of {counted['requests']} requests failed:\n{done.stdout}")
    return WrkResult(counted["requests"], counted["duration_us"] / 1e6, counted["p50_us"], counted["p99_us"])
