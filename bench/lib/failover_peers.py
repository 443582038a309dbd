"""What is compared: keepalived and the appliance, each as a pair of nodes of a laboratory."""

import base64
import json
import pathlib
import signal
import socket
import subprocess
import time

from failover_lab import NODES, VIRTUAL_ADDRESS, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANNOUNCED_SECONDS = 5.5
# A machine that others keep busy is slow to start anything.
START_SECONDS = 60

KEEPALIVED = """
global_defs {{
    vrrp_version 3
    vrrp_rt_priority 20
}}
vrrp_instance pair {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int {interval:g}
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""

OURS = """
node: lb-{node}
ha:
  primary: {primary}
  interface: eth0
  virtual_router_id: 51
  virtual_addresses: [{address}/24]
  address: 198.51.100.{own}
  peer: 198.51.100.{other}
  secret_file: {directory}/cluster.key
  peer_check_interval: {milliseconds}ms
  # A series is nothing but losses of the role; Bypass after the fifth is measured elsewhere.
  maximum_flaps: 100
listeners:
  - name: web
    address: {address}:80
    protocol: tcp
    upstream: web
upstreams:
  - name: web
    servers: [{{ address: "203.0.113.21:8080" }}]
admin:
  address: 127.0.0.1:9900
"""


class Pair:
    """Both nodes of one product. `a` is the preferred node."""

    def __init__(self):
        self.running = {}

    def start(self, lab, interval):
        """Fresh processes, as after a boot; returns when `a` has the address and both have known each other for a while."""
        begun = None
        for node in NODES:
            self.start_node(lab, node, interval)
            wait_until(lab, f"{self.name}: a alone has the address", lambda: lab.holders() == {"a"}, START_SECONDS + 12 * interval)
            begun = begun or time.monotonic()
        self.await_ready(lab, interval)
        wait_until(lab, f"{self.name}: the client is answered by a", lambda: lab.answers_only_from("a", 0.3), START_SECONDS)
        # Both products announce once more five seconds after they took the address. A pair in service is long past that.
        time.sleep(max(0, begun + ANNOUNCED_SECONDS - time.monotonic()))

    def start_node(self, lab, node, interval):
        self.running[node] = lab.start(node, f"{self.name.replace(' ', '-').replace('/', '-')}-{node}", *self.command(lab, node, interval))

    def stop(self, lab):
        """Both at once, and nothing of them stays."""
        for process in self.running.values():
            lab.signal(process, signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                lab.end(process)
        self.running = {}
        wait_until(lab, f"{self.name}: the address is gone", lambda: not lab.holders(), 20)
        lab.forget()


class Keepalived(Pair):
    def __init__(self, priorities):
        super().__init__()
        self.name, self._priorities = f"keepalived {priorities[0]}/{priorities[1]}", dict(zip(NODES, priorities))

    def version(self):
        done = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True)
        return (done.stdout + done.stderr).split()[1].lstrip("v")

    def command(self, lab, node, interval):
        directory = lab.directory / f"keepalived-{node}"
        directory.mkdir(exist_ok=True)
        config = directory / "keepalived.conf"
        config.write_text(KEEPALIVED.format(priority=self._priorities[node], interval=interval, address=VIRTUAL_ADDRESS))
        return (["keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", str(config),
                 "--pid", str(directory / "main.pid"), "--vrrp_pid", str(directory / "vrrp.pid")],)

    def await_ready(self, lab, interval):
        # It has no word for it; the backup is one as soon as it has heard an advert.
        time.sleep(0.5 + 3 * interval)

    def ready(self, lab, active):
        return True


class Ours(Pair):
    name = "ours"

    def __init__(self, binary):
        super().__init__()
        self._binary = pathlib.Path(binary) if binary else None

    def build(self):
        """Makes the program as it is packaged unless one was named."""
        if self._binary is None:
            subprocess.run([str(ROOT / "packaging/deb/build")], check=True)
            self._binary = ROOT / "artifacts/deb/publish/appliance"
        if not self._binary.exists():
            raise FileNotFoundError(self._binary)

    def program(self):
        return ["dotnet", str(self._binary)] if self._binary.suffix == ".dll" else [str(self._binary)]

    def version(self):
        done = subprocess.run([*self.program(), "version"], capture_output=True, text=True, check=True)
        return done.stdout.strip().removeprefix("appliance ")

    def command(self, lab, node, interval):
        home = lab.directory / f"home-{node}"
        for part in ("run", "state"):
            (home / part).mkdir(parents=True, exist_ok=True)
        own = 1 + NODES.index(node)
        (home / "appliance.yaml").write_text(OURS.format(
            node=node, primary=str(node == "a").lower(), address=VIRTUAL_ADDRESS, own=own, other=3 - own, directory=home,
            milliseconds=round(interval * 1000)))
        key = home / "cluster.key"
        key.touch(0o600)
        key.write_text(f"1 {base64.b64encode(lab.name.encode().ljust(32, b'.')).decode()}\n")
        env = {"RUNTIME_DIRECTORY": str(home / "run"), "STATE_DIRECTORY": str(home / "state")}
        return [*self.program(), "run", "--config", str(home / "appliance.yaml")], env

    def await_ready(self, lab, interval):
        wait_until(lab, "ours: both nodes reach each other", lambda: self.ready(lab, "a"), START_SECONDS + 10 * interval)
        # peer_recovery_threshold is five checks: only then may the peer be handed anything.
        time.sleep(0.5 + 6 * interval)

    def ready(self, lab, active):
        roles = {node: "active" if node == active else "passive" for node in NODES}
        return all((status := self._status(lab, node)) and status["role"] == roles[node] and status["peer"]["state"] == "reachable" for node in NODES)

    @staticmethod
    def _status(lab, node):
        """The status document; None while nobody answers."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(2)
        try:
            connection.connect(str(lab.directory / f"home-{node}/run/control.sock"))
            connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: control\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
            return json.loads(answer.partition(b"\r\n\r\n")[2])
        except (OSError, ValueError):
            return None
        finally:
            connection.close()
