"""CPU time of another process in nanoseconds.

/proc/PID/stat counts in ticks of 10 ms. The kernel's CPU clock of a process is the same figure (user plus system time of all
its threads, ended ones included) before it is rounded, and any process may read it: see clock_getcpuclockid(3). The clock's
id is made from the process id as the C library makes it.
"""

import os
import time

SCHEDULER_CLOCK = 2


def process_cpu_seconds(pid):
    return time.clock_gettime((~pid << 3) | SCHEDULER_CLOCK)


def parents():
    """Maps each process id to its parent's."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                # The name may hold spaces and brackets; what follows the last bracket is STATE PPID ...
                found[int(entry)] = int(stat.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # Ended between the listing and the reading.
    return found


def family_cpu_seconds(pid):
    """The process and its descendants that live now (nginx: the master and its worker)."""
    parent_of = parents()
    family, grown = {pid}, True
    while grown:
        more = {child for child, parent in parent_of.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(process_cpu_seconds(member) for member in family)
