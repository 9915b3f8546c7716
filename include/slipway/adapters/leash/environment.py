"""What a child process may see of our environment."""

import os
from collections.abc import Iterable, Mapping

ALLOWED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""Enough to find programs and to write text. Credentials of Airflow and Slipway are never among them."""


def child_environment(own: Mapping[str, str], *, also: Iterable[str] = ()) -> dict[str, str]:
    """The allow-listed variables of this process, those named in `also`, and `own` on top."""
    names = (*ALLOWED, *also)
    return {name: os.environ[name] for name in names if name in os.environ} | dict(own)
