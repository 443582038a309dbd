"""The laboratory of bench/failover: the namespaces of tests/Lab/pair with an answering program on both nodes and an asking one on the client."""

import os
import pathlib
import signal
import subprocess
import time

from failover_log import Log

BENCH = pathlib.Path(__file__).resolve().parent.parent
PAIR = BENCH.parent / "tests/Lab/pair"
VIRTUAL_ADDRESS, PORT = "192.0.2.100", 7000
NODES = ("a", "b")


class LabError(RuntimeError):
    """Something did not come about in time, or a program of the laboratory ended."""


def compile_probes(directory):
    for name in ("failover_client", "failover_server"):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", str(directory / name), str(BENCH / f"lib/{name}.c")], check=True)


class Lab:
    """One pair of nodes and its client. Removed by down(); by the script's own watcher if this process is killed."""

    def __init__(self, name, programs):
        self.name, self._programs, self._tools = name, programs, {}
        # What has been done to the network and how it is undone.
        self._undo = {}
        self.directory = pathlib.Path(self._pair("dir").strip())

    def up(self):
        self._pair("up", str(os.getpid()))
        for node in NODES:
            self._netns(node, "sysctl", "-qw", "net.ipv4.ip_forward=0")
        # The client's neighbour table is as Linux makes it: what ages an entry is part of what is measured.
        self._netns("client", "sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000")
        for tool in ("bridge", "ip"):
            self._tools[tool] = subprocess.Popen(["ip", "netns", "exec", f"{self.name}-sw", tool, "-batch", "-"], stdin=subprocess.PIPE, text=True)
        self.servers = {node: self._probe(node, "server", VIRTUAL_ADDRESS, str(PORT), node) for node in NODES}
        self.client = self._probe("client", "client", VIRTUAL_ADDRESS, str(PORT))

    def down(self):
        try:
            for tool in self._tools.values():
                tool.communicate(timeout=5)
        finally:
            self._pair("down")

    def start(self, node, tag, command, env=None):
        """A program on a node, leader of its own session; its output is in TAG.log of the laboratory's directory."""
        return subprocess.Popen([str(PAIR), "run", self.name, node, tag, *command], env={**os.environ, "TMPDIR": str(self.directory), **(env or {})})

    def end(self, process, number=signal.SIGKILL):
        """Signals the session of a started program and waits until it has ended."""
        self.signal(process, number)
        process.wait(60)

    def signal(self, process, number):
        """To the session of a started program; when it was sent."""
        begun = time.monotonic_ns()
        if process.poll() is None:
            os.killpg(process.pid, number)
        return begun

    def silence(self, node):
        """The switch drops all that this node sends and is sent, on the LAN and on the HA link, at once; the carrier stays."""
        return self._change("bridge", [f"link set dev {node}-{net} state {{}}" for net in ("lan", "ha")], 0, 3)

    def unplug(self, node):
        """The carrier of the LAN cable goes; the HA link lives."""
        return self._change("ip", [f"link set {node}-lan {{}}"], "down", "up")

    def part(self):
        """The nodes do not hear each other on any path; everybody else hears both."""
        return self._change("bridge", [f"link set dev {node}-{net} isolated {{}}" for net in ("lan", "ha") for node in NODES], "on", "off")

    def heal(self):
        """Undoes all of that; when it was begun."""
        begun = time.monotonic_ns()
        for tool, lines in self._undo.values():
            self._tell(tool, lines)
        self._undo = {}
        return begun

    def forget(self):
        """Between two episodes: the client has never heard of the virtual address. Never while something is measured."""
        self._netns("client", "ip", "neighbour", "flush", "to", VIRTUAL_ADDRESS)

    def holders(self):
        """The nodes that have the virtual address on an interface."""
        return {node for node in NODES if self.holds(node)}

    def holds(self, node):
        return self.servers[node].last().kind == "+"

    def both_held_ms(self, begin, end):
        """How long both nodes had the address between these times."""
        changes = sorted((one.ns, node, one.kind) for node in NODES for one in self.servers[node].since(0) if one.kind in "+-")
        total, since, holding = 0, begin, set()
        for ns, node, kind in [*changes, (end, "", "")]:
            at = max(since, min(ns, end))
            total += at - since if len(holding) == 2 else 0
            since = at
            (holding.add if kind == "+" else holding.discard)(node)
        return total / 1e6

    def takeovers(self, node, begin):
        """How often the address came to this node since then."""
        return sum(one.kind == "+" for one in self.servers[node].since(begin))

    def answers_only_from(self, node, seconds):
        """For that long every answer came from this node, over UDP and TCP, without a pause worth the name."""
        now = time.monotonic_ns()
        heard = [one for one in self.client.since(now - int(seconds * 1e9)) if one.kind in "ut"]
        return all(one.node == node for one in heard) and all(sum(one.kind == kind for one in heard) > seconds * 500 for kind in "ut")

    def tail(self):
        """The last lines of every program of the laboratory."""
        parts = []
        for path in sorted(self.directory.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()[-15:]
            parts.append("\n".join([f"--- {path.name}", *lines]))
        return "\n".join(parts)

    def _probe(self, namespace, kind, *arguments):
        path = self.directory / f"{namespace}.records"
        process = self.start(namespace, f"probe-{namespace}", [str(self._programs / f"failover_{kind}"), *arguments, str(path)])

        def alive():
            if process.poll() is not None:
                raise LabError(f"the probe of {namespace} ended:\n{self.tail()}")

        return Log(path, alive)

    def _change(self, tool, lines, to, back):
        self._undo[lines[0]] = tool, [line.format(back) for line in lines]
        return self._tell(tool, [line.format(to) for line in lines])

    def _tell(self, tool, lines):
        """One write to a program that waits for it: starting one would take longer than what is measured. Returns when it was begun."""
        begun = time.monotonic_ns()
        self._tools[tool].stdin.write("".join(line + "\n" for line in lines))
        self._tools[tool].stdin.flush()
        return begun

    def _netns(self, namespace, *command):
        subprocess.run(["ip", "netns", "exec", f"{self.name}-{namespace}", *command], check=True, capture_output=True)

    def _pair(self, command, *arguments):
        done = subprocess.run([str(PAIR), command, self.name, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise LabError(f"tests/Lab/pair {command}: {done.stderr.strip()}")
        return done.stdout


def wait_until(lab, what, condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"not within {seconds:.0f} s: {what}\n{lab.tail()}")
        time.sleep(0.01)
