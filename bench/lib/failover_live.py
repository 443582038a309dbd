"""The same client against two installed nodes, each reached by a command prefix: what needs no hand on the network."""

import json
import shlex
import subprocess
import time

from failover_events import outage
from failover_log import Log

EVENTS = {
    "switch": ("planned switch", ["appliance", "failover", "--wait"]),
    "stop": ("stop of the unit", ["systemctl", "stop", "appliance.service"]),
    "kill": ("SIGKILL of the daemon", ["systemctl", "kill", "--signal=KILL", "--kill-whom=main", "appliance.service"]),
}
LIMIT_SECONDS = 60


class LiveError(RuntimeError):
    """A node did not do what it was told, or not in time."""


class LiveNode:
    def __init__(self, prefix):
        self.name, self._prefix = prefix, shlex.split(prefix)

    def run(self, command, check=True):
        # ssh joins its arguments with spaces; none of these commands has one inside a word.
        done = subprocess.run([*self._prefix, *command], capture_output=True, text=True, timeout=LIMIT_SECONDS, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise LiveError(f"{self.name}: {' '.join(command)}: {(done.stderr or done.stdout).strip()}")
        return done

    def status(self):
        done = self.run(["appliance", "status", "--json"], check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {"role": "down", "peer": {"state": "unknown"}}


def await_pair(nodes):
    """Waits for one active and one passive node that reach each other; the active one first."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        found = {one.status()["role"]: one for one in nodes}
        if {"active", "passive"} <= set(found) and all(one.status()["peer"]["state"] == "reachable" for one in nodes):
            return found["active"], found["passive"]
        if time.monotonic() > deadline:
            raise LiveError(f"no active and passive node that reach each other, but: {', '.join(found)}")
        time.sleep(0.2)


def live_lines(program, directory, nodes, events, chosen):
    """Plays each event chosen.repeat times, in turn; the table."""
    records = directory / "live.records"
    client = subprocess.Popen([str(program), chosen.address, str(chosen.port), str(records), str(chosen.period_us), chosen.request])
    try:
        log = Log(records, lambda: client.poll() is None or stop_with(f"the client ended with {client.returncode}"))
        taken = {name: [] for name in events}
        for number in range(chosen.repeat):
            for name in events:
                one = play(log, nodes, EVENTS[name][1], chosen.settle)
                taken[name].append(one)
                print(f"{name:<7} {number + 1}/{chosen.repeat} longest wait {one[0]:8.1f} ms, connections lost {one[1]}", flush=True)
    finally:
        client.kill()
        client.wait()
    lines = ["| event | longest wait ms, each run | connections that ended without an answer |", "|---|---|---|"]
    return lines + [f"| {EVENTS[name][0]} | {', '.join(f'{gap:.1f}' for gap, _ in runs)} | {', '.join(str(lost) for _, lost in runs)} |" for name, runs in taken.items()]


def play(log, nodes, command, settle_seconds):
    active, _ = await_pair(nodes)
    # Until then its peer may not trust it yet: peer_recovery_threshold checks.
    time.sleep(settle_seconds)
    event = time.monotonic_ns()
    active.run(command)
    deadline = time.monotonic() + LIMIT_SECONDS
    while not any(one.kind == "t" for one in log.since(time.monotonic_ns() - 50_000_000)):
        if time.monotonic() > deadline:
            raise LiveError(f"no answer {LIMIT_SECONDS} s after: {' '.join(command)}")
        time.sleep(0.02)
    time.sleep(2)
    end = time.monotonic_ns()
    active.run(["systemctl", "start", "appliance.service"])
    lost = sum(one.kind == "r" for one in log.since(event))
    return outage(log, event, end, kinds="t").gap, lost


def stop_with(text):
    raise LiveError(text)
