"""The account PostgreSQL runs as: ours, or `nobody` where we are root (it refuses root)."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.platform.errors import PlatformError

HELPER = "nobody"


@dataclass(frozen=True)
class Account:
    """An account to run PostgreSQL as; `uid` None means the one we have."""

    uid: int | None = None
    gid: int | None = None

    def as_popen_arguments(self) -> dict[str, Any]:
        """Keyword arguments of Popen that switch to this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Makes a private folder of this account. Raises PlatformError where somebody else owns it."""
        folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        owner = folder.lstat().st_uid
        wanted = os.geteuid() if self.uid is None else self.uid
        if stat.S_ISLNK(folder.lstat().st_mode) or owner not in (wanted, os.geteuid()):
            raise PlatformError(
                f"{folder} belongs to another account, so PostgreSQL cannot use it. "
                "Remove it, or use another SLIPWAY_HOME."
            )
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
            self.must_reach(folder.parent)
        folder.chmod(stat.S_IRWXU)

    def must_reach(self, path: Path) -> None:
        """Lets the helper account pass through (not list) the folders above `path` that are closed to it."""
        if self.uid is None:
            return
        for folder in (path, *path.resolve().parents):
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def database_account() -> Account:
    """`nobody` for root, else ourselves. Raises PlatformError where root has no such account to use."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(HELPER)
    except KeyError:
        raise PlatformError(
            f"PostgreSQL refuses to run as root, and there is no account {HELPER!r} to run it as. "
            "Start Slipway as a normal user, or name a server in SLIPWAY_DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)
