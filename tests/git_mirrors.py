"""Mirrors of git repositories, made by the git program itself."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Written = Sequence[tuple[str, str]]
"""Author and message, oldest first."""


def make_mirror(mirrors: Path, name: str, scratch: Path, tags: Mapping[str, Written]) -> None:
    """`<name>.git` below `mirrors`, with these commits up to each tag."""
    mirror = mirrors / f"{name}.git"
    mirror.parent.mkdir(parents=True)
    _git("init", "--quiet", str(scratch))
    _write(scratch, tags)
    _git("clone", "--quiet", "--mirror", str(scratch), str(mirror))


def add_branch(mirrors: Path, name: str, scratch: Path, at: str, tags: Mapping[str, Written]) -> None:
    """More commits that go on from an older tag, as of a change made in a hurry."""
    _git("-C", str(scratch), "checkout", "--quiet", at)
    _write(scratch, tags)
    _git("-C", str(mirrors / f"{name}.git"), "remote", "update")


def _write(scratch: Path, tags: Mapping[str, Written]) -> None:
    for tag, commits in tags.items():
        for author, message in commits:
            _git("-C", str(scratch), "commit", "--quiet", "--allow-empty", "--message", message, author=author)
        _git("-C", str(scratch), "tag", tag)


def _git(*arguments: str, author: str = "somebody") -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": author,
        "GIT_COMMITTER_NAME": author,
        "GIT_AUTHOR_EMAIL": f"{author.lower()}@example.org",
        "GIT_COMMITTER_EMAIL": "somebody@example.org",
    }
    subprocess.run(["git", *arguments], check=True, env=environment)
