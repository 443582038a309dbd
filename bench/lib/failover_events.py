"""One episode each: a pair is started, something happens to it, and the records of the probes say what the client saw."""

import random
import signal
import time
from dataclasses import dataclass

# Without an answer for so long the client is dead: its packets go to a node that no longer listens to them.
DEAD_MS = 3000


@dataclass(frozen=True)
class Outage:
    """Milliseconds. new_node: from the event to the first answer of the other node; address: until it had the address; known: until the
    client's neighbour table named it; quiet: the longest pause in the half second before the event. None: it never came about."""

    gap: float
    udp: float
    tcp: float
    new_node: float
    address: float
    known: float
    quiet: float

    @property
    def dead(self):
        return self.gap >= DEAD_MS


def gap_ms(records, kind, begin, end):
    """The longest time without an answer of this kind in between, the edges included."""
    times = [begin, *(one.ns for one in records if one.kind == kind and begin < one.ns < end), end]
    return max(later - earlier for earlier, later in zip(times, times[1:])) / 1e6


def outage(lab, event, end, node):
    records = lab.client.since(event - 500_000_000)
    before = [max((one.ns for one in records if one.kind == kind and one.ns <= event), default=event) for kind in "ut"]
    udp, tcp = (gap_ms(records, kind, begin, end) for kind, begin in zip("ut", before))
    quiet = max(gap_ms(records, kind, event - 490_000_000, begin) for kind, begin in zip("ut", before))

    def first(found):
        return next(((one.ns - event) / 1e6 for one in found if one.ns >= event), None)

    return Outage(max(udp, tcp), udp, tcp, first(one for one in records if one.kind in "ut" and one.node == node),
                  first(one for one in lab.servers[node].since(event) if one.kind == "+"),
                  first(one for one in records if one.kind == "n"), quiet)


def lose(lab, interval, deed, other="b"):
    """Does it at a random time between two adverts and waits until the other node serves, or the client is dead."""
    time.sleep(random.uniform(0.5, 0.5 + interval))
    event = deed()
    limit = time.monotonic() + 5 + 6 * interval
    while not lab.answers_only_from(other, 0.3) and time.monotonic() < limit:
        time.sleep(0.02)
    time.sleep(interval)
    return outage(lab, event, time.monotonic_ns(), other)


def fail_back(lab, interval, deed, node="a"):
    """Waits until the preferred node has the address again and serves alone, or the client is dead."""
    time.sleep(random.uniform(0.5, 0.5 + interval))
    event = deed()
    limit = time.monotonic() + 5 + 14 * interval
    while time.monotonic() < limit and not (lab.holders() == {node} and lab.answers_only_from(node, 0.5)):
        time.sleep(0.02)
    return outage(lab, event, time.monotonic_ns(), node)


def silent(lab, pair, interval):
    pair.start(lab, interval)
    lost = lose(lab, interval, lambda: lab.silence("a"))
    back = fail_back(lab, interval, lab.heal)
    return {"silent": lost, "failback": back}


def link(lab, pair, interval):
    pair.start(lab, interval)
    return {"link": lose(lab, interval, lambda: lab.unplug("a"))}


def stop(lab, pair, interval):
    pair.start(lab, interval)

    def terminate():
        now = time.monotonic_ns()
        lab.signal(pair.running["a"], signal.SIGTERM)
        return now

    return {"stop": lose(lab, interval, terminate)}


def played(lab, pair, interval, episode):
    """The episode from fresh processes to none; the network is whole again afterwards, whatever happened."""
    try:
        return episode(lab, pair, interval)
    finally:
        lab.heal()
        pair.stop(lab)



EPISODES = {"silent": silent, "link": link, "stop": stop}
