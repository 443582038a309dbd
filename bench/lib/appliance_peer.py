"""The product, with the configuration an operator would run: routes, a policy on the client address, admin address and metrics."""

import json
import pathlib
import subprocess

from child import Child

ROOT = pathlib.Path(__file__).resolve().parents[2]

CONFIG = """
node: bench
listeners:
  - name: web
    address: 127.0.0.1:{port}
    protocol: http
{tls}    policies: enforce
    routes:
      - {{ hosts: [api.example.com], path_prefix: /v1, upstream: api }}
      - {{ path_prefix: /assets, upstream: assets }}
      - {{ upstream: web }}
upstreams:
  - name: api
    servers: [{{ address: "127.0.0.1:{upstream}" }}]
  - name: assets
    servers: [{{ address: "127.0.0.1:{upstream}" }}]
  - name: web
    servers: [{{ address: "127.0.0.1:{upstream}" }}]
policies:
  file: {directory}/policies.json
  table: {{ memory: 32m }}
admin:
  address: 127.0.0.1:{admin}
log:
  level: warning
  access: {access}
"""

BUNDLE = {
    "bundle_version": 1,
    "policies": [{
        "id": "clients",
        "spec": {
            "selector": {"pathPrefix": "/"},
            "mode": "enforce",
            "rules": [{
                "name": "per-address",
                "limit_keys": ["ip:address"],
                "algorithm": "token_bucket",
                "algorithm_config": {"tokens_per_second": 100000000, "burst": 200000000},
            }],
        },
    }],
}


class AppliancePeer:
    name = "ours"
    # The JIT compiles hot methods twice, the second time with a profile, on a thread that waits until start-up is over.
    warm_up_seconds = 8

    def __init__(self, binary, access, secure=False, listener=""):
        """listener: more lines of the listener, indented by four."""
        self._listener = listener
        self._secure = secure
        self._binary = pathlib.Path(binary) if binary else None
        self._access = access

    def build(self):
        """Makes the Release build unless a binary was named."""
        if self._binary is None:
            subprocess.run(["dotnet", "build", str(ROOT / "src/Appliance"), "-c", "Release", "--nologo", "-v", "q"], check=True)
            self._binary = ROOT / "src/Appliance/bin/Release/net10.0/appliance.dll"
        if not self._binary.exists():
            raise FileNotFoundError(self._binary)

    def version(self):
        done = subprocess.run([*self.command(), "version"], capture_output=True, text=True, check=True)
        return done.stdout.strip().removeprefix("appliance ")

    def start(self, directory, ports, core):
        config = directory / "appliance.yaml"
        tls = f"    tls: {{ certificate_file: {directory}/tls.pem, key_file: {directory}/tls.key }}\n"
        config.write_text(CONFIG.format(directory=directory, port=ports.ours, admin=ports.admin, upstream=ports.upstream,
                                        access=self._access, tls=(tls if self._secure else "") + self._listener))
        (directory / "policies.json").write_text(json.dumps(BUNDLE, indent=2))
        for name in ("run", "state"):
            (directory / name).mkdir()
        env = {"RUNTIME_DIRECTORY": str(directory / "run"), "STATE_DIRECTORY": str(directory / "state")}
        child = Child("ours", [*self.command(), "run", "--config", str(config)], core, directory / "appliance.log", env)
        child.wait_listening(ports.ours)
        return child, ports.ours

    def command(self):
        """What runs the binary; arguments follow."""
        return ["dotnet", str(self._binary)] if self._binary.suffix == ".dll" else [str(self._binary)]
