"""Turns the samples of a run into the table on the terminal and the page in bench/results."""

import os
import platform
import statistics
from dataclasses import dataclass

# A proxy that mostly waits takes requests one by one, so its cost says little about a busy one.
JUDGED_FROM_BUSY = 0.5
JUDGED_TITLES = {"cpu_us": "CPU", "p99_us": "p99"}


@dataclass(frozen=True)
class Sample:
    cpu_us: float
    busy: float
    per_second: float
    p50_us: float
    p99_us: float


@dataclass(frozen=True)
class Summary:
    cpu_us: float
    cpu_low: float
    cpu_high: float
    busy: float
    per_second: float
    p50_us: float
    p99_us: float


def summarise(samples):
    cpu = [one.cpu_us for one in samples]
    return Summary(statistics.median(cpu), min(cpu), max(cpu),
                   statistics.median(one.busy for one in samples),
                   statistics.median(one.per_second for one in samples),
                   statistics.median(one.p50_us for one in samples),
                   statistics.median(one.p99_us for one in samples))


def case_lines(case, summaries):
    """The Markdown lines of one case; the ratio is of medians, ours to the better peer."""
    lines = [f"### {case.title}", "",
             "| proxy | CPU us/request (lowest .. highest) | its core busy | requests/s | p50 us | p99 us |", "|---|---|---|---|---|---|"]
    for name, it in summaries.items():
        lines.append(f"| {name} | {it.cpu_us:.2f} ({it.cpu_low:.2f} .. {it.cpu_high:.2f}) | {it.busy:.0%} | {it.per_second:,.0f} "
                     f"| {it.p50_us:,.0f} | {it.p99_us:,.0f} |")
    return lines + verdict_lines(case, summaries) + [""]


def verdict_lines(case, summaries):
    peers = {name: getattr(it, case.judged) for name, it in summaries.items() if name != "ours"}
    if "ours" not in summaries or not peers:
        return []
    if case.added_p50_us or not case.target:
        return added_lines(case, summaries)
    better = min(peers, key=peers.get)
    ratio = getattr(summaries["ours"], case.judged) / peers[better]
    verdict = "met" if ratio <= case.target else "missed"
    if case.judged == "cpu_us" and max(it.busy for it in summaries.values()) < JUDGED_FROM_BUSY:
        verdict = "not judged: the proxies were waiting, for the client or for others on this machine"
    return ["", f"{JUDGED_TITLES[case.judged]} of ours / {better}: **{ratio:.3f}** (target at most {case.target:.2f}: {verdict})"]


def added_lines(case, summaries):
    """What ours costs on top of each peer, for peers that do less than ours by design."""
    lines = []
    ours = summaries["ours"]
    for name, it in summaries.items():
        if name == "ours":
            continue
        p50, p99, cpu = ours.p50_us - it.p50_us, ours.p99_us - it.p99_us, ours.cpu_us - it.cpu_us
        verdict = ""
        if case.added_p50_us:
            verdict = f" (target for p50 at most +{case.added_p50_us:.0f} us: {'met' if p50 <= case.added_p50_us else 'missed'})"
        lines += ["", f"ours - {name}: p50 **{p50:+.0f} us**, p99 {p99:+.0f} us, CPU {cpu:+.2f} us/request{verdict}"]
    return lines


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}"


def load_average():
    """Over the last minute; more than two at the end, or more than a little at the start, means that others used the machine."""
    return f"{os.getloadavg()[0]:.2f}"


def page(title, name, versions, settings, tables):
    shown = ", ".join(f"{name} {version}" for name, version in versions.items())
    head = [f"# {title}", "", f"Made by `bench/{name}`; how it measures is in bench/README.md.", "",
            f"* versions: {shown}", f"* machine: {machine()}", f"* run: {settings}", ""]
    return "\n".join(head + tables).rstrip() + "\n"
