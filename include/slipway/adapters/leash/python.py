"""Our own scripts as child processes."""

import sys
from pathlib import Path


def isolated_python(script: Path) -> list[str]:
    """Runs it without the user's packages and variables, with this process's compiled modules: without them a child
    compiles for longer than it works."""
    prefix = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    return [sys.executable, "-I", *prefix, str(script)]
