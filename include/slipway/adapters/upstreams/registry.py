"""Which places are asked, and in which order."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from slipway.adapters.upstreams.git_mirror import GitMirror
from slipway.adapters.upstreams.github import GitHubHistory, GitHubReleases
from slipway.adapters.upstreams.github_api import GitHubApi
from slipway.adapters.upstreams.mirror import Mirror
from slipway.domain.errors import SlipwayError, UnavailableError
from slipway.domain.repository import ArtefactSources, GitHubAccess
from slipway.ports.outside.artefacts import History, Upstream
from slipway.ports.outside.surroundings import Connections


class ConfiguredUpstreams:
    """`Upstreams` as the policy in effect names them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def artefacts(self, sources: ArtefactSources) -> Sequence[Upstream]:
        """GitHub, then the mirror."""
        github = GitHubReleases(lambda: self._api(sources.github), sources.github.largest)
        return [github, *([Mirror(Path(sources.mirror))] if sources.mirror else [])]

    def histories(self, sources: ArtefactSources) -> Sequence[History]:
        """GitHub, asked once and briefly since people wait for the form; then the git mirror."""
        brief = replace(sources.github, tries=1, deadline_seconds=sources.github.timeout_seconds)
        github = GitHubHistory(lambda: self._api(brief))
        return [github, *([GitMirror(Path(sources.git_mirror))] if sources.git_mirror else [])]

    def _api(self, settings: GitHubAccess) -> GitHubApi:
        try:
            access = self._connections.http(settings.connection)
        except UnavailableError:
            raise
        except SlipwayError as error:
            raise UnavailableError(str(error), error.remedy) from error
        return GitHubApi(access, settings)
