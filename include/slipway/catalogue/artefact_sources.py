"""`artefact_sources` of `platform.yaml`: where versions that the store does not have may come from (R23)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from slipway.catalogue.strict_model import ConnectionId, StrictModel
from slipway.domain.repository import GITHUB_HOSTS, ArtefactSources, GitHubAccess

Folder = Annotated[
    str, StringConstraints(pattern=r"^/[^\x00]+$", max_length=500), Field(examples=["/srv/artefact-mirror"])
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$", max_length=253),
    Field(examples=["objects.githubusercontent.com"]),
]


class GitHubAccessModel(StrictModel):
    """How GitHub is asked."""

    connection: ConnectionId = Field(
        default="github_default",
        description="Airflow's HTTP connection: the API's address, and a token as its password.",
    )
    redirect_hosts: list[Host] = Field(
        default=list(GITHUB_HOSTS), description="Hosts that GitHub may send a download to, with :port if it is unusual."
    )
    timeout_seconds: float = Field(default=10.0, gt=0, le=120, description="How long it may say nothing.")
    deadline_seconds: float = Field(default=120.0, gt=0, le=3600, description="How long one artefact may take.")
    tries: int = Field(default=3, ge=1, le=10)
    largest_megabytes: int = Field(default=512, ge=1, le=8192, description="Larger artefacts are refused.")

    def access(self) -> GitHubAccess:
        """The domain value."""
        values = self.model_dump(exclude={"largest_megabytes", "redirect_hosts"})
        return GitHubAccess(
            **values, redirect_hosts=tuple(self.redirect_hosts), largest=self.largest_megabytes * 1024 * 1024
        )


class ArtefactSourcesModel(StrictModel):
    """GitHub, and what stands in for it while it gives no answer."""

    github: GitHubAccessModel = GitHubAccessModel()
    mirror: Folder | None = Field(
        default=None, description="A folder with <service>/<version>/<asset> and its .sha256."
    )
    git_mirror: Folder | None = Field(
        default=None, description="A folder with <owner>/<repository>.git, to read commits in."
    )

    def sources(self) -> ArtefactSources:
        """The domain value."""
        return ArtefactSources(github=self.github.access(), mirror=self.mirror, git_mirror=self.git_mirror)
