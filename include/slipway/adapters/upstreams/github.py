"""Where versions are published on GitHub: releases by tag, their assets by name; commits by comparing tags."""

import difflib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from slipway.adapters.artefacts.archive import disk_errors
from slipway.adapters.upstreams.github_api import BYTES, GitHubApi
from slipway.domain.commits import Commit, CommitsSinceLive, Containing
from slipway.domain.errors import ArtefactError, NotFoundError, UnavailableError
from slipway.domain.repository import Repository

LABEL = "GitHub"


class GitHubReleases:
    """`Upstream`: the asset of the release of a version's tag."""

    label = LABEL

    def __init__(self, make_api: Callable[[], GitHubApi], largest: int) -> None:
        self._make_api = make_api
        self._largest = largest

    def download(self, service: str, version: str, repository: Repository, into: Path) -> str:
        """Writes the asset's bytes, checked against the digest and size that GitHub lists."""
        api, tag = self._make_api(), repository.tag_of(version)
        where = f"the release {tag} of {repository.name}"
        try:
            release = api.json(f"/repos/{repository.name}/releases/tags/{quote(tag, safe='')}")
        except NotFoundError as error:
            raise NotFoundError(
                f"GitHub knows of no release {tag} of {repository.name}, or the token may not see it. ({error})"
            ) from error
        asset = _asset(release, repository.asset_of(version), where)
        if asset["size"] > self._largest:
            raise ArtefactError(
                f"{asset['name']} of {where} has {asset['size']} bytes; at most {self._largest} are allowed"
                " (artefact_sources.github.largest_megabytes in platform.yaml)."
            )
        path = f"/repos/{repository.name}/releases/assets/{asset['id']}"
        digest, size = api.get(path, BYTES, lambda chunks: _written(chunks, into, asset["size"]))
        if size < asset["size"]:
            raise UnavailableError(f"The download of {asset['name']} broke off at {size} of {asset['size']} bytes.")
        listed = asset["digest"]
        if listed and listed != digest:
            raise ArtefactError(
                f"{asset['name']} of {where} is refused: GitHub lists {listed}, but its bytes are {digest}. Find out"
                " who changed it; publish it again as a new version."
            )
        return f"{repository.name} {tag} {asset['name']}"


class GitHubHistory:
    """`History`: the comparison of two tags."""

    def __init__(self, make_api: Callable[[], GitHubApi]) -> None:
        self._make_api = make_api

    def commits(self, repository: Repository, since: str, version: str) -> CommitsSinceLive:
        """The commits that GitHub lists between the tags, newest first."""
        found = self._compared(repository, since, version)
        listed = found.get("commits")
        if not isinstance(listed, list) or not isinstance(found.get("total_commits"), int):
            raise UnavailableError("GitHub's comparison lists no commits.")
        # It lists the oldest first, and at most 250 of them; all are counted.
        commits = tuple(_commit(each) for each in reversed(listed) if isinstance(each, dict))
        return CommitsSinceLive(since=since, commits=commits, total=found["total_commits"], source=LABEL)

    def contains(self, repository: Repository, version: str, earlier: str) -> Containing:
        """Whether the tag is where the earlier one is, or only ahead of it."""
        status = self._compared(repository, earlier, version).get("status")
        if status not in _CONTAINED:
            raise UnavailableError("GitHub's comparison does not say which of the tags is ahead.")
        return Containing(contained=_CONTAINED[status], source=LABEL)

    def _compared(self, repository: Repository, older: str, newer: str) -> Mapping[str, Any]:
        ends = "...".join(quote(repository.tag_of(each), safe="") for each in (older, newer))
        try:
            return self._make_api().json(f"/repos/{repository.name}/compare/{ends}")
        except NotFoundError as error:
            raise NotFoundError(
                f"GitHub cannot compare {ends} in {repository.name}: it has not both tags, or the token may not see"
                f" them. ({error})"
            ) from error


_CONTAINED = {"identical": True, "ahead": True, "behind": False, "diverged": False}
"""What the comparison says of the newer tag, and whether it then has all that the older has."""


def _asset(release: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    assets: Sequence[Mapping[str, Any]] = [a for a in release.get("assets") or () if isinstance(a, dict)]
    names = [str(asset.get("name")) for asset in assets]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.3) or names[:3]
        raise NotFoundError(f"There is no asset {name} in {where}. It has: {', '.join(near) or 'none'}.")
    asset = assets[names.index(name)]
    if asset.get("state") != "uploaded":
        raise NotFoundError(f"The asset {name} of {where} is not uploaded whole (its state is {asset.get('state')}).")
    number, size, digest = asset.get("id"), asset.get("size"), asset.get("digest")
    if not isinstance(number, int) or not isinstance(size, int):
        raise UnavailableError(f"GitHub lists {name} of {where} without its id or size.")
    usable = isinstance(digest, str) and digest.startswith("sha256:")
    return {"name": name, "id": number, "size": size, "digest": digest if usable else None}


def _written(chunks: Iterator[bytes], into: Path, size: int) -> tuple[str, int]:
    hashing, seen = hashlib.sha256(), 0
    with disk_errors("keep what GitHub sends"), into.open("wb") as file:
        for chunk in chunks:
            seen += len(chunk)
            if seen > size:
                raise ArtefactError(f"The download is refused: it is larger than the {size} bytes that GitHub lists.")
            hashing.update(chunk)
            file.write(chunk)
    return f"sha256:{hashing.hexdigest()}", seen


def _commit(listed: Mapping[str, Any]) -> Commit:
    inner = listed.get("commit")
    facts = inner if isinstance(inner, dict) else {}
    author, account = facts.get("author"), listed.get("author")
    wrote = author if isinstance(author, dict) else {}
    login = (account if isinstance(account, dict) else {}).get("login")
    subject = str(facts.get("message") or "").strip().partition("\n")[0]
    return Commit(
        id=str(listed.get("sha") or ""),
        author=str(login or wrote.get("name") or "somebody"),
        email=str(wrote.get("email") or ""),
        subject=subject,
    )
