"""What memory a process, and what memory the kernel has in use."""

import re

from cpu_clock import parents

PAGE = 4096


def family(pid):
    """The process and its descendants that live now."""
    parent_of, members, grown = parents(), {pid}, True
    while grown:
        more = {child for child, parent in parent_of.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def private_bytes(pid):
    """Bytes of resident memory that belong to the process and its descendants alone: Private_Clean and Private_Dirty of smaps_rollup."""
    total = 0
    for member in family(pid):
        with open(f"/proc/{member}/smaps_rollup") as rollup:
            total += sum(int(kib) * 1024 for kib in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB", rollup.read(), re.M))
    return total


def slab_bytes():
    """Bytes of the kernel's slab objects in use, of the whole machine; None where the kernel does not say."""
    try:
        with open("/proc/slabinfo") as slabinfo:
            rows = [line.split() for line in slabinfo if not line.startswith(("slabinfo", "#"))]
    except PermissionError:
        return None
    return sum(int(row[1]) * int(row[3]) for row in rows)


def socket_buffer_bytes():
    """Bytes that TCP holds in socket buffers, of the whole machine."""
    with open("/proc/net/sockstat") as sockstat:
        return int(re.search(r"^TCP:.* mem (\d+)", sockstat.read(), re.M).group(1)) * PAGE
