"""Where a service's code and built versions are published, and where the platform may fetch them from (R23)."""

import re
from dataclasses import dataclass, field

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
GITHUB_HOSTS = ("release-assets.githubusercontent.com", "objects.githubusercontent.com")
"""Where github.com keeps the bytes of release assets."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A service's repository on GitHub: `name` is `owner/repository`; `{version}` stands for the version released."""

    name: str
    asset: str
    """Name of the archive among the assets of a version's GitHub release: a tar, or a tar packed with gzip."""
    tag: str = "v{version}"

    def tag_of(self, version: str) -> str:
        """The git tag, and so the GitHub release, of a version."""
        return self.tag.replace("{version}", version)

    def asset_of(self, version: str) -> str:
        """The file that a version is published as."""
        return self.asset.replace("{version}", version)


@dataclass(frozen=True, kw_only=True)
class GitHubAccess:
    """How GitHub is asked; sizes in bytes."""

    connection: str = "github_default"
    """Airflow's HTTP connection with the API's address and, as its password, a token."""
    redirect_hosts: tuple[str, ...] = GITHUB_HOSTS
    """Hosts, with `:port` where it is not the usual one, that GitHub may send a download to."""
    timeout_seconds: float = 10.0
    """How long it may say nothing."""
    deadline_seconds: float = 120.0
    """How long one artefact may take, all tries together."""
    tries: int = 3
    largest: int = 512 << 20


@dataclass(frozen=True, kw_only=True)
class ArtefactSources:
    """Where artefacts may come from, in this order: GitHub, then the mirror where GitHub gives no answer."""

    github: GitHubAccess = field(default_factory=GitHubAccess)
    mirror: str | None = None
    """Folder with `<service>/<version>/<asset>`."""
    git_mirror: str | None = None
    """Folder with `<owner>/<repository>.git`."""


def names_a_version(text: str) -> bool:
    """Whether this can be a version: it becomes part of addresses and of file names."""
    return _VERSION.fullmatch(text) is not None
