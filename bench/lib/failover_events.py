"""One episode each: a pair is started, something happens to it, and the records of the probes say what the client saw."""

import signal
import time
from dataclasses import dataclass

# Without an answer for so long, beyond the time in which a failure is noticed, the client is dead: its packets go to a node that no longer
# listens to them.
DEAD_MS = 3000
NOTICED_INTERVALS = 5
ADVERTS_WITHIN_NS = 4_000_000_000


class Moved(RuntimeError):
    """The role moved before anything was done: a false takeover, on a machine that others keep busy. Nothing was measured."""


@dataclass(frozen=True)
class Outage:
    """Milliseconds. new_node: from the event to the first answer of the other node; address: until it had the address; known: until the
    client's neighbour table named it; quiet: the longest pause in the half second before the event. None: it never came about.
    since_advert: from the last advert before it to that answer, what the election took whatever the phase. limit: a longer gap is a dead client."""

    gap: float
    udp: float
    tcp: float
    new_node: float
    address: float
    known: float
    quiet: float
    since_advert: float
    limit: float = DEAD_MS

    @property
    def dead(self):
        return self.gap >= self.limit


def gap_ms(records, kind, begin, end):
    """The longest time without an answer of this kind in between, the edges included."""
    times = [begin, *(one.ns for one in records if one.kind == kind and begin < one.ns < end), end]
    return max(later - earlier for earlier, later in zip(times, times[1:])) / 1e6


def outage(log, event, end, node="", server=None, kinds="ut", limit=DEAD_MS):
    """What the client's log says of the time from the event to the end. node: who took over, with the log of its server."""
    records = log.since(event - 500_000_000)
    gaps, quiet = {}, 0
    for kind in kinds:
        # An answer on its way when it happened is no outage, but the time since the last one belongs to it.
        begin = max((one.ns for one in records if one.kind == kind and one.ns <= event), default=event)
        gaps[kind] = gap_ms(records, kind, begin, end)
        quiet = max(quiet, gap_ms(records, kind, event - 490_000_000, begin))

    def first(found):
        return next(((one.ns - event) / 1e6 for one in found if one.ns >= event), None)

    new_node = first(one for one in records if one.kind in kinds and one.node == node)
    advert = max((one.ns for one in log.since(event - ADVERTS_WITHIN_NS) if one.kind == "v" and one.ns <= event), default=None)
    since_advert = new_node + (event - advert) / 1e6 if new_node is not None and advert else None
    return Outage(max(gaps.values()), gaps.get("u"), gaps.get("t"), new_node,
                  first(one for one in server.since(event) if one.kind == "+") if server else None,
                  first(one for one in records if one.kind == "n"), quiet, since_advert, limit)


def await_phase(lab, interval, phase):
    """Returns at this share of the time between two adverts of the active node: an advert that has just left proves life for longer, so that
    products are compared only at equal phases. Without adverts on the LAN any time will do."""
    time.sleep(0.5)
    heard = [one.ns for one in lab.client.since(time.monotonic_ns() - int((1 + 3 * interval) * 1e9)) if one.kind == "v"]
    if not heard:
        return
    step = int(interval * 1e9)
    at = heard[-1] + int(phase * step)
    # Late enough that sleeping can be exact.
    while at < time.monotonic_ns() + 3_000_000:
        at += step
    time.sleep((at - time.monotonic_ns()) / 1e9)


def lose(lab, interval, deed, phase, other="b"):
    """Does it and waits until the other node serves, or the client is dead."""
    await_phase(lab, interval, phase)
    if lab.holders() != {"a"}:
        raise Moved
    event = deed()
    limit = time.monotonic() + 5 + 6 * interval
    while not lab.answers_only_from(other, 0.3) and time.monotonic() < limit:
        time.sleep(0.02)
    time.sleep(interval)
    return outage(lab.client, event, time.monotonic_ns(), other, lab.servers[other], limit=DEAD_MS + NOTICED_INTERVALS * 1000 * interval)


def fail_back(lab, interval, phase, node="a"):
    """Heals the network and waits until the preferred node has the address again and serves alone, or the client is dead."""
    await_phase(lab, interval, phase)
    event = lab.heal()
    limit = time.monotonic() + 5 + 14 * interval
    while time.monotonic() < limit and not (lab.holders() == {node} and lab.answers_only_from(node, 0.5)):
        if time.monotonic_ns() > event + DEAD_MS * 1_000_000 and not any(one.kind == "u" for one in lab.client.since(time.monotonic_ns() - DEAD_MS * 1_000_000)):
            break
        time.sleep(0.02)
    return outage(lab.client, event, time.monotonic_ns(), node, lab.servers[node])


def silent(lab, pair, interval, phase):
    return {"silent": lose(lab, interval, lambda: lab.silence("a"), phase), "failback": fail_back(lab, interval, phase)}


def link(lab, pair, interval, phase):
    return {"link": lose(lab, interval, lambda: lab.unplug("a"), phase)}


def stop(lab, pair, interval, phase):
    return {"stop": lose(lab, interval, lambda: lab.signal(pair.running["a"], signal.SIGTERM), phase)}


def played(lab, pair, interval, episode, phase):
    """An episode from fresh processes to none; the network is whole again afterwards, whatever happened."""
    try:
        pair.start(lab, interval)
        return episode(lab, pair, interval, phase)
    finally:
        lab.heal()
        pair.stop(lab)


EPISODES = {"silent": silent, "link": link, "stop": stop}
