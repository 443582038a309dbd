"""One comparison: the proxies run side by side and are measured in turn, A B C A B C, case by case."""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from peer_packages import ensure_programs
from ports import free_ports
from report import Sample, case_lines, load_average, page, summarise
from upstream import start_upstream
from wrk import run_wrk

BENCH = pathlib.Path(__file__).resolve().parent.parent
PROXY_CORE, OTHER_CORE = 0, 1


def common_options(description, cases, page_name):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each proxy and case (default 5)")
    parser.add_argument("--seconds", type=int, default=4, help="length of one measurement (default 4)")
    parser.add_argument("--only", default="nginx,haproxy,ours", help="proxies, e.g. ours,nginx")
    parser.add_argument("--case", default=",".join(case.name for case in cases), help=f"cases: {', '.join(case.name for case in cases)}")
    parser.add_argument("--binary", default=os.environ.get("APPLIANCE_BINARY"),
                        help="the appliance to measure, a program or a .dll (default: $APPLIANCE_BINARY, else a Release build)")
    parser.add_argument("--access", default="off", choices=("off", "sampled", "all"), help="access log of ours (default off)")
    parser.add_argument("--nice", type=int, default=0, help="niceness of everything started, e.g. -10 on a machine that others use")
    parser.add_argument("--output", default=None, help=f"page to write (default: bench/results/{page_name} for a full run, else none)")
    return parser


def parse(parser):
    chosen = parser.parse_args()
    if not 1 <= chosen.rounds <= 100 or not 1 <= chosen.seconds <= 60:
        parser.error("--rounds is 1..100 and --seconds 1..60")
    return chosen


def selected(parser, text, known, what):
    wanted = text.split(",")
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"unknown {what} {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in known if name in wanted]


def measure(child, port, case, seconds):
    before = child.cpu_seconds()
    result = run_wrk(case, port, seconds, OTHER_CORE)
    cpu_seconds = child.cpu_seconds() - before
    return Sample(cpu_seconds * 1e6 / result.requests, cpu_seconds / result.seconds, result.requests / result.seconds, result.p50_us, result.p99_us)


def run_case(case, running, rounds, seconds):
    for peer, child, port in running:
        run_wrk(case, port, peer.warm_up_seconds, OTHER_CORE)
    samples = {peer.name: [] for peer, _, _ in running}
    for number in range(rounds):
        for peer, child, port in running:
            one = measure(child, port, case, seconds)
            samples[peer.name].append(one)
            print(f"{case.name:>4} round {number + 1}/{rounds} {peer.name:<8} {one.cpu_us:6.2f} us/request "
                  f"{one.per_second:8,.0f}/s p50 {one.p50_us:7,.0f} p99 {one.p99_us:7,.0f} us", flush=True)
    return {name: summarise(taken) for name, taken in samples.items()}


def run_all(peers, cases, chosen, directory):
    ports, children, tables = free_ports(), [], []
    try:
        upstream = start_upstream(directory, ports.upstream, OTHER_CORE)
        children.append(upstream)
        upstream.wait_listening(ports.upstream)
        running = []
        for peer in peers:
            child, port = peer.start(directory, ports, PROXY_CORE)
            children.append(child)
            running.append((peer, child, port))
        for case in cases:
            lines = case_lines(case, run_case(case, running, chosen.rounds, chosen.seconds))
            print("\n" + "\n".join(lines), flush=True)
            tables += lines
    finally:
        for child in reversed(children):
            child.stop()
    return tables


def compare(name, title, parser, chosen, known, all_cases, prepare=lambda directory: None):
    """Runs the chosen cases and writes the page.

    name: of the command with its main options; results/NAME.md, with dashes. known: peers by name. prepare: called with the directory of the run
    before anything starts.
    """
    peers = selected(parser, chosen.only, known, "proxy")
    cases = selected(parser, chosen.case, {case.name: case for case in all_cases}, "case")
    if not {PROXY_CORE, OTHER_CORE} <= os.sched_getaffinity(0):
        parser.error("needs cores 0 and 1")
    ensure_programs({"nginx", "wrk", "taskset"} | {peer.name for peer in peers if peer.name != "ours"})
    if known["ours"] in peers:
        known["ours"].build()
    versions = {peer.name: peer.version() for peer in peers}

    load_before = load_average()
    os.nice(chosen.nice)
    # A signal becomes an exception, so that the processes are ended and the directory is removed on every way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
    try:
        directory.chmod(0o755)
        prepare(directory)
        tables = run_all(peers, cases, chosen, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)

    settings = (f"{chosen.rounds} rounds of {chosen.seconds} s each, interleaved; proxy on core {PROXY_CORE}, "
                f"client and upstream on core {OTHER_CORE}; access log of ours: {chosen.access}, of the peers: off; "
                f"load average {load_before} before, {load_average()} after")
    full = len(peers) == len(known) and len(cases) == len(all_cases)
    output = chosen.output or (BENCH / f"results/{name.replace(' --', '-')}.md" if full else None)
    if output:
        pathlib.Path(output).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(output).write_text(page(title, name, versions, settings, tables))
        print(f"wrote {output}")


def run(name, main):
    """Runs a command's main and turns its failures into exit codes."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, FileNotFoundError) as error:
        sys.exit(f"bench/{name}: {error}")
