"""Many episodes on one running pair: splits that heal, nodes that freeze, a cable that flaps."""

import random
import signal
import time
from dataclasses import dataclass

from failover_events import outage
from failover_lab import wait_until

# Within it a client that is not dead has an answer; then it is looked at who gives it.
VERDICT_SECONDS = 3
# A node that wakes listens for one interval before it asserts anything; and some time for the machine.
LISTENING_ALLOWANCE_MS = 100


@dataclass(frozen=True)
class Episode:
    """gap: the client's longest wait from the event on, ms. dead: at the end it is not served by the one node that has the address.
    both_ms: how long both nodes had it after the event. pause_ms: of the frozen node, else 0."""

    gap: float
    dead: bool
    both_ms: float
    pause_ms: float = 0


@dataclass(frozen=True)
class Flaps:
    number: int
    takeovers: int
    moves: int
    gap: float


def settled(lab, pair, interval):
    """One node serves, the other is ready to; its name."""
    def one_serves():
        holders = lab.holders()
        return len(holders) == 1 and pair.ready(lab, next(iter(holders))) and lab.answers_only_from(next(iter(holders)), 0.2)

    wait_until(lab, f"{pair.name}: one node serves, the other is ready", one_serves, 30 + 20 * interval)
    return next(iter(lab.holders()))


def judged(lab, event, pause_ms=0):
    """Looks at the client for a while after the event."""
    time.sleep(max(0, event / 1e9 + VERDICT_SECONDS - time.monotonic()))
    holders, end = lab.holders(), time.monotonic_ns()
    served = len(holders) == 1 and lab.answers_only_from(next(iter(holders)), 0.3)
    gap = outage(lab.client, event, end).gap
    if not served:
        lab.forget()  # The next episode begins with a client that is served.
    return Episode(gap, not served, lab.both_held_ms(event, end), pause_ms)


def split(lab, pair, interval):
    """Both nodes are cut from one another and become active, then the cut heals."""
    settled(lab, pair, interval)
    lab.part()
    wait_until(lab, f"{pair.name}: both have the address", lambda: len(lab.holders()) == 2, 20 + 12 * interval)
    time.sleep(random.uniform(0.2, 0.2 + interval))
    return judged(lab, lab.heal())


def freeze(lab, pair, interval):
    """The active node stands still for 15 ms to 2 s, then goes on where it was."""
    active = settled(lab, pair, interval)
    pause = random.uniform(0.015, 2)
    lab.signal(pair.running[active], signal.SIGSTOP)
    try:
        time.sleep(pause)
    finally:
        woken = lab.signal(pair.running[active], signal.SIGCONT)
    return judged(lab, woken, pause * 1000)


def flaps(lab, pair, interval, number=10):
    """The cable of the active node goes and comes, a quarter of a second each, and stays in at the end."""
    begun = time.monotonic_ns()
    for _ in range(number):
        lab.unplug("a")
        time.sleep(0.25)
        lab.heal()
        time.sleep(0.25)
    time.sleep(2 + 12 * interval)
    settled(lab, pair, interval)
    return Flaps(number, lab.takeovers("b", begun), lab.takeovers("a", begun) + lab.takeovers("b", begun),
                 outage(lab.client, begun, time.monotonic_ns()).gap)


SERIES = {"split": split, "freeze": freeze}
