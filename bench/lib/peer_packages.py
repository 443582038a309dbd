"""Installs the programs a benchmark needs, or says which are missing."""

import os
import shutil
import subprocess

PACKAGE_OF = {"nginx": "nginx-light", "haproxy": "haproxy", "wrk": "wrk", "taskset": "util-linux", "gcc": "gcc", "keepalived": "keepalived"}


class MissingPrograms(RuntimeError):
    """Programs are missing and this user cannot install them."""


def ensure_programs(programs):
    install(sorted({PACKAGE_OF[name] for name in programs if shutil.which(name) is None}))


def ensure_file(path, package):
    """For what is no program, as a module of one."""
    if not os.path.exists(path):
        install([package])


def install(missing):
    if not missing:
        return
    if os.geteuid() != 0:
        raise MissingPrograms(f"missing programs; as root: apt-get install --no-install-recommends {' '.join(missing)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], env=env).returncode != 0:
        subprocess.run(["apt-get", "update", "-q"], env=env, check=True)
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], env=env, check=True)
