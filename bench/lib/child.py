"""One process that a benchmark starts: pinned to a core, watched, and ended by its own id."""

import os
import signal
import socket
import subprocess
import time

from cpu_clock import family_cpu_seconds


class ChildError(RuntimeError):
    """A process under test did not start, or died."""


class Child:
    """A process pinned to one core, in a session of its own, with its output in a file."""

    def __init__(self, name, command, core, log_path, env=None):
        self.name = name
        self._log_path = log_path
        with open(log_path, "wb") as log:
            self._process = subprocess.Popen(
                ["taskset", "-c", str(core), *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})}, start_new_session=True)

    def wait_listening(self, port, timeout_seconds=20):
        """Returns when the port accepts; raises with the end of the output when it does not in time."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise ChildError(f"{self.name} does not listen on port {port}:\n{self._tail()}")

    def check_alive(self):
        code = self._process.poll()
        if code is not None:
            raise ChildError(f"{self.name} ended with code {code}:\n{self._tail()}")

    @property
    def pid(self):
        return self._process.pid

    def cpu_seconds(self):
        """CPU time so far of the process, its children and all their threads."""
        self.check_alive()
        return family_cpu_seconds(self._process.pid)

    def stop(self):
        """Asks the process to end, then ends its whole session; safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                pass  # The kill below is the answer to a process that does not listen.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # Everything in the session has ended: the normal case.
        self._process.wait()

    def _tail(self):
        with open(self._log_path, errors="replace") as log:
            return "".join(log.readlines()[-20:])
