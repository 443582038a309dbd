"""Both products side by side, each in a laboratory of its own, while every core is busy: nobody fails, so nobody may take over."""

import os
import time

from failover_events import outage

INTERVAL = 0.1
WINDOW_SECONDS = 20


def soak(labs, minutes):
    """labs: pairs by laboratory. For each name of a pair: takeovers of the passive node, the client's longest wait in ms, ms its ticks were late."""
    burners, figures = [], {}
    try:
        for lab, pair in labs.items():
            pair.start(lab, INTERVAL)
            figures[pair.name] = [0, 0.0, 0]
        lab = next(iter(labs))
        # Two for each core, so that there is always one more that wants to run.
        burners = [(lab, lab.start("client", f"burner-{number}", ["sh", "-c", "while :; do :; done"])) for number in range(2 * os.cpu_count())]
        begun = seen = time.monotonic_ns()
        while (left := begun / 1e9 + minutes * 60 - time.monotonic()) > 0:
            time.sleep(min(WINDOW_SECONDS, left))
            now = time.monotonic_ns()
            for lab, pair in labs.items():
                takeovers, gap, late = figures[pair.name]
                late += sum(one.value for one in lab.client.since(seen) if one.kind == "l")
                figures[pair.name] = [lab.takeovers("b", begun), max(gap, outage(lab.client, seen, now).gap), late]
            print(f"{(now - begun) / 1e9:6.0f} s  " + "  ".join(f"{name}: takeovers {it[0]}, longest wait {it[1]:.1f} ms" for name, it in figures.items()), flush=True)
            seen = now
    finally:
        for lab, burner in burners:
            lab.end(burner)
        for lab, pair in labs.items():
            pair.stop(lab)
    return figures
