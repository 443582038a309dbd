"""Turns the episodes of bench/failover into tables: longest wait of the client, minimum / median / maximum."""

import statistics

TITLES = {"silent": "silent loss (carrier stays)", "link": "link down", "stop": "graceful stop", "failback": "fail-back after a healed silent loss",
          "split": "both active, healed", "freeze": "active frozen for 15 ms .. 2 s", "flaps": "10 link flaps"}
# Of ours, milliseconds in the worst run.
AT_MOST_MS = {"link": 10, "stop": 10, "failback": 5}
EQUAL_PRIORITIES = "keepalived 254/253"
# The client asks every millisecond: what differs by less is the same.
RESOLUTION_MS = 1


def spread(values):
    return f"{min(values):.1f} / {statistics.median(values):.1f} / {max(values):.1f}" if values else "never"


def cell(taken):
    dead = sum(one.dead for one in taken)
    text = spread([one.gap for one in taken if not one.dead])
    if dead == len(taken):
        return f"{dead} of {len(taken)} dead"
    return f"{dead} of {len(taken)} dead, else {text}" if dead else text


def verdict(row, by_peer):
    """What is promised of ours, and whether it was so in this run."""
    ours = by_peer.get("ours")
    if not ours:
        return ""
    dead = sum(one.dead for one in ours)
    if row in AT_MOST_MS:
        worst = max(one.gap for one in ours)
        return f"at most {AT_MOST_MS[row]} ms, none dead: {'met' if worst <= AT_MOST_MS[row] and not dead else 'missed'}"
    if row == "silent" and (equals := by_peer.get(EQUAL_PRIORITIES)):
        own, other = (statistics.median(one.since_advert or one.limit for one in taken) for taken in (ours, equals))
        met = own <= other + RESOLUTION_MS and not dead
        return f"since the last advert at most {EQUAL_PRIORITIES}'s, medians: {'met' if met else 'missed'}"
    return ""


def outage_lines(interval, rows, moved):
    """rows: by name of the row, then by name of the peer, lists of Outage. moved: by peer, episodes that a false takeover spoilt."""
    peers = list(moved)
    lines = [f"### Checks every {interval:g} s", "", f"| event | {' | '.join(peers)} | target |", f"|{'---|' * (len(peers) + 2)}"]
    for row, by_peer in rows.items():
        cells = [cell(by_peer[peer]) if peer in by_peer else "" for peer in peers]
        lines.append(f"| {TITLES[row]} | {' | '.join(cells)} | {verdict(row, by_peer)} |")
    lines += ["", "Where the time goes, medians:", "",
              "| event | | other node has the address | client knows it | its first answer | the same since the last advert | longest wait UDP | TCP "
              "| pause before the event |", "|---|---|---|---|---|---|---|---|---|"]
    for row, by_peer in rows.items():
        for peer, taken in by_peer.items():
            shown = [median_of(taken, name) for name in ("address", "known", "new_node", "since_advert", "udp", "tcp", "quiet")]
            lines.append(f"| {TITLES[row]} | {peer} | {' | '.join(shown)} |")
    if any(moved.values()):
        lines += ["", "False takeovers before an episode, which was played again: " + ", ".join(f"{peer} {number}" for peer, number in moved.items())]
    return lines + [""]


def median_of(taken, name):
    values = [value for one in taken if (value := getattr(one, name)) is not None]
    return f"{statistics.median(values):.1f}" if values else "-"


def series_lines(row, interval, by_peer):
    lines = [f"### {TITLES[row]}, checks every {interval:g} s", "",
             "| | episodes | dead | longest wait | both had the address after it | two holders later than one interval |", "|---|---|---|---|---|---|"]
    for peer, taken in by_peer.items():
        two = sum(one.both_ms > interval * 1000 + 100 for one in taken)
        lines.append(f"| {peer} | {len(taken)} | {sum(one.dead for one in taken)} | {spread([one.gap for one in taken])} "
                     f"| {spread([one.both_ms for one in taken])} | {two} |")
    if ours := by_peer.get("ours"):
        bad = sum(one.dead or one.both_ms > interval * 1000 + 100 for one in ours)
        lines += ["", f"Ours: **{bad} of {len(ours)}** dead or with two holders (target 0: {'met' if bad == 0 else 'missed'})"]
    return lines + [""]


def flap_lines(interval, by_peer):
    lines = [f"### {TITLES['flaps']}, checks every {interval:g} s", "", "| | takeovers by the other node | moves in all | longest wait ms |", "|---|---|---|---|"]
    lines += [f"| {peer} | {it.takeovers} | {it.moves} | {it.gap:.1f} |" for peer, it in by_peer.items()]
    if ours := by_peer.get("ours"):
        lines += ["", f"Ours: **{ours.takeovers}** (target one takeover: {'met' if ours.takeovers == 1 else 'missed'})"]
    return lines + [""]


def soak_lines(minutes, by_peer):
    lines = [f"### All cores busy for {minutes:g} min, checks every 0.1 s", "", "| | false takeovers | longest wait of its client ms | ms the clients themselves were late |",
             "|---|---|---|---|"]
    lines += [f"| {peer} | {takeovers} | {gap:.1f} | {late} |" for peer, (takeovers, gap, late) in by_peer.items()]
    if "ours" in by_peer:
        lines += ["", f"Ours: **{by_peer['ours'][0]}** (target 0: {'met' if by_peer['ours'][0] == 0 else 'missed'})"]
    return lines + [""]
