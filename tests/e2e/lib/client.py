"""A client that asks again and again, a new connection each time, until its input ends or a minute is over.

Prints `served` after the first good answer, from which on it counts, and in the end `requests N failed N longest_gap_ms N`: the gap
is the longest time between two good answers. Usage: client.py URL TIMEOUT_SECONDS
"""

import http.client
import select
import sys
import time
import urllib.request

LIMIT_SECONDS = 60
PAUSE_SECONDS = 0.005


def ask(opener, url, timeout_seconds):
    try:
        with opener.open(url, timeout=timeout_seconds) as answer:
            answer.read()
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False  # Refused, reset, cut short, no answer in time, or a status that is an error: all the same to a client.


def told_to_end():
    # The pause between two requests is also the look at the input.
    return bool(select.select([sys.stdin], [], [], PAUSE_SECONDS)[0])


def main():
    url, timeout_seconds = sys.argv[1], float(sys.argv[2])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + LIMIT_SECONDS
    while not ask(opener, url, timeout_seconds):
        if told_to_end() or time.monotonic() > deadline:
            sys.exit("no answer at all")
    print("served", flush=True)

    requests = failed = 0
    longest_gap, last_good = 0.0, time.monotonic()
    while time.monotonic() < deadline and not told_to_end():
        requests += 1
        if ask(opener, url, timeout_seconds):
            now = time.monotonic()
            longest_gap, last_good = max(longest_gap, now - last_good), now
        else:
            failed += 1
    longest_gap = max(longest_gap, time.monotonic() - last_good)
    print(f"requests {requests} failed {failed} longest_gap_ms {longest_gap * 1000:.0f}")


main()
