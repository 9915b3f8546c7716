"""Tells one process from a later one with the same number."""

import os
import subprocess
from functools import cache
from pathlib import Path


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def started_at(pid: int) -> str | None:
    """When the process started, as a text to compare; None where it is dead (a zombie is)."""
    if not _boot():
        return _asked_of_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return f"{_boot()}:{int(fields[19])}"


def _asked_of_ps(pid: int) -> str | None:
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    return answer.stdout.strip() or None


def is_alive(pid: int, start: str | None) -> bool:
    """Whether exactly this process lives."""
    return start is not None and started_at(pid) == start
