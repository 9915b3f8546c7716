"""GitHub beyond the contract: slow, broken, limiting, or sending elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from slipway.adapters.upstreams.github import GitHubReleases
from slipway.adapters.upstreams.github_api import GitHubApi
from slipway.adapters.upstreams.registry import ConfiguredUpstreams
from slipway.domain.errors import ArtefactError, NotFoundError, Remedy, SlipwayError, UnavailableError
from slipway.domain.repository import ArtefactSources, GitHubAccess, Repository
from slipway.ports.outside.surroundings import HttpAccess
from tests.fakes.connections import FakeConnections
from tests.fakes.github import GitHubServer, answer, broken, hanging, limiting, locked, once, trickling
from tests.fakes.upstreams import tar_of

ORDERS = Repository(name="gov/orders", asset="orders-{version}.tar.gz")
BUILT = tar_of({"app.py": "print(1)"})
Download = Callable[..., str]


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        server.publish("v1.0.0", ("notes.txt", b"what is new"), ("orders-1.0.0.tar.gz", BUILT))
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def download(github: GitHubServer, slept: list[float], tmp_path: Path) -> Download:
    """Downloads 1.0.0 with settings for the impatient, changed by keyword."""

    def do(version: str = "1.0.0", **changes: Any) -> str:
        settings = replace(GitHubAccess(timeout_seconds=0.3, deadline_seconds=30), **changes)
        access = HttpAccess(url=github.url, token="s3cret")
        releases = GitHubReleases(lambda: GitHubApi(access, settings, slept.append), settings.largest)
        return releases.download("orders", version, ORDERS, tmp_path / "archive")

    return do


def refused(download: Download, kind: type[SlipwayError], **changes: Any) -> SlipwayError:
    with pytest.raises(kind) as caught:
        download(**changes)
    return caught.value


def test_it_asks_for_the_release_of_the_tag_then_for_the_asset(github: GitHubServer, download: Download) -> None:
    assert download() == "gov/orders v1.0.0 orders-1.0.0.tar.gz"
    assert github.paths() == ["/repos/gov/orders/releases/tags/v1.0.0", "/repos/gov/orders/releases/assets/101"]
    assert {headers["Authorization"] for _, headers in github.asked} == {"Bearer s3cret"}


def test_a_tag_with_a_slash_stays_one_part_of_the_address(github: GitHubServer, tmp_path: Path) -> None:
    github.publish("orders/1.0.0", ("orders-1.0.0.tar.gz", BUILT))
    made = ConfiguredUpstreams(FakeConnections({"github_default": github.url})).artefacts(ArtefactSources())[0]
    made.download("orders", "1.0.0", replace(ORDERS, tag="orders/{version}"), tmp_path / "archive")
    assert github.paths()[0].endswith("/releases/tags/orders%2F1.0.0")


def test_one_error_of_its_own_is_tried_again(
    github: GitHubServer, download: Download, slept: list[float], tmp_path: Path
) -> None:
    github.trouble = once(broken)
    download()
    assert (tmp_path / "archive").read_bytes() == BUILT
    assert slept == [0.5]


def test_errors_of_its_own_are_tried_again_so_often_and_no_more(
    github: GitHubServer, download: Download, slept: list[float]
) -> None:
    github.trouble = broken
    error = refused(download, UnavailableError, tries=3)
    assert len(github.asked) == 3
    assert slept == [0.5, 1.0]
    assert "answered 500: 'Unicorn!'" in str(error)


def test_nothing_is_tried_again_past_the_deadline(github: GitHubServer, download: Download) -> None:
    github.trouble = broken
    refused(download, UnavailableError, tries=10, deadline_seconds=0.4)
    assert len(github.asked) == 1


def test_silence_ends_at_the_time_out(github: GitHubServer, download: Download) -> None:
    github.trouble = hanging
    assert "said nothing for 0.3 seconds" in str(refused(download, UnavailableError, tries=1))


def test_a_trickle_ends_at_the_deadline(github: GitHubServer, download: Download) -> None:
    github.trouble = trickling
    error = refused(download, UnavailableError, tries=1, deadline_seconds=0.5)
    assert "not done after 0.5 seconds" in str(error)


def test_nobody_there_is_told_with_its_place(github: GitHubServer, download: Download) -> None:
    github.shut()
    assert f"127.0.0.1:{github.port} cannot be reached" in str(refused(download, UnavailableError, tries=1))


def test_its_limit_says_wait_and_is_not_run_against(github: GitHubServer, download: Download) -> None:
    github.trouble = limiting
    error = refused(download, UnavailableError)
    assert (error.remedy, len(github.asked)) == (Remedy.WAIT, 1)
    assert "rate limit" in str(error)


def test_a_token_that_does_not_count_says_fail_and_is_not_shown(github: GitHubServer, download: Download) -> None:
    github.trouble = locked
    error = refused(download, UnavailableError)
    assert (error.remedy, len(github.asked)) == (Remedy.FAIL, 1)
    assert "Bad credentials" in str(error)
    assert "s3cret" not in str(error)


def test_a_connection_that_is_not_set_up_is_named() -> None:
    upstream = ConfiguredUpstreams(FakeConnections({})).artefacts(ArtefactSources())[0]
    with pytest.raises(UnavailableError, match="AIRFLOW_CONN_GITHUB_DEFAULT") as caught:
        upstream.download("orders", "1.0.0", ORDERS, Path("/nowhere"))
    assert caught.value.remedy is Remedy.FAIL


def test_another_asset_than_the_one_named_is_not_taken(github: GitHubServer, download: Download) -> None:
    github.publish("v2.0.0", ("orders-2.0.tar.gz", BUILT))
    error = refused(download, NotFoundError, version="2.0.0")
    assert (
        "There is no asset orders-2.0.0.tar.gz in the release v2.0.0 of gov/orders. It has: orders-2.0.tar.gz"
        in str(error)
    )


def test_an_unknown_release_names_tag_and_repository(download: Download) -> None:
    assert "no release v3.0.0 of gov/orders" in str(refused(download, NotFoundError, version="3.0.0"))


def test_an_asset_that_is_still_being_uploaded_is_not_taken(github: GitHubServer, download: Download) -> None:
    github.asset_changes = {"state": "starter"}
    assert "not uploaded whole" in str(refused(download, NotFoundError))


def test_other_bytes_than_github_lists_are_refused(github: GitHubServer, download: Download) -> None:
    github.asset_changes = {"digest": "sha256:" + "0" * 64}
    assert "GitHub lists sha256:000" in str(refused(download, ArtefactError))


def test_an_asset_of_before_there_were_digests_is_taken(github: GitHubServer, download: Download) -> None:
    github.asset_changes = {"digest": None}
    assert download()


def test_more_bytes_than_are_allowed_are_not_even_asked_for(github: GitHubServer, download: Download) -> None:
    error = refused(download, ArtefactError, largest=len(BUILT) - 1)
    assert "largest_megabytes" in str(error)
    assert len(github.asked) == 1


def test_more_bytes_than_are_listed_are_refused(github: GitHubServer, download: Download) -> None:
    github.asset_changes = {"size": len(BUILT) - 1}
    assert "larger than" in str(refused(download, ArtefactError))


def test_a_download_that_breaks_off_may_be_tried_again(github: GitHubServer, download: Download) -> None:
    github.asset_changes = {"size": len(BUILT) + 1}
    assert "broke off" in str(refused(download, UnavailableError))


def test_a_download_elsewhere_is_followed_where_the_catalogue_allows_it_and_without_the_token(
    github: GitHubServer, download: Download, tmp_path: Path
) -> None:
    with GitHubServer() as storage:
        storage.trouble = lambda _, request: answer(request, 200, BUILT)
        github.redirect_to = storage.url
        download(redirect_hosts=(f"127.0.0.1:{storage.port}",))
        assert (tmp_path / "archive").read_bytes() == BUILT
        assert storage.paths() == ["/101?signature=secret"]
        assert "Authorization" not in storage.asked[0][1]


def test_a_download_elsewhere_is_refused_where_the_catalogue_does_not_name_the_host(
    github: GitHubServer, download: Download
) -> None:
    with GitHubServer() as storage:
        github.redirect_to = storage.url
        error = refused(download, ArtefactError)
        assert f"127.0.0.1:{storage.port}, which is not allowed" in str(error)
        assert "signature" not in str(error)
        assert not storage.asked


def test_going_round_in_circles_ends(github: GitHubServer, download: Download) -> None:
    def away(_: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
        return answer(request, 301, b"", {"Location": request.path})

    github.trouble = away
    assert "from one address to the next" in str(refused(download, UnavailableError, tries=1))


def test_something_else_than_json_is_no_answer(github: GitHubServer, download: Download) -> None:
    github.trouble = lambda _, request: answer(request, 200, b"<html>Sign in to the wifi</html>")
    assert "something else than a JSON object" in str(refused(download, UnavailableError))


def test_versions_without_their_tags_are_named(github: GitHubServer) -> None:
    made = ConfiguredUpstreams(FakeConnections({"github_default": github.url})).histories(ArtefactSources())[0]
    with pytest.raises(NotFoundError, match=r"cannot compare v1\.0\.0\.\.\.v9\.9\.9 in gov/orders"):
        made.commits(ORDERS, "1.0.0", "9.9.9")


def test_who_has_an_account_is_called_by_it(github: GitHubServer) -> None:
    github.compare("v1.0.0", "v1.1.0", [("a" * 40, "Anybody at all", "Mend it")])
    github.comparisons["v1.0.0...v1.1.0"]["commits"][0]["author"] = {"login": "ada"}
    made = ConfiguredUpstreams(FakeConnections({"github_default": github.url})).histories(ArtefactSources())[0]
    assert [commit.author for commit in made.commits(ORDERS, "1.0.0", "1.1.0").commits] == ["ada"]


def test_more_commits_than_github_lists_are_counted(github: GitHubServer) -> None:
    github.compare("v1.0.0", "v1.1.0", [("a" * 40, "Ada", "Mend it")], total=300)
    made = ConfiguredUpstreams(FakeConnections({"github_default": github.url})).histories(ArtefactSources())[0]
    assert made.commits(ORDERS, "1.0.0", "1.1.0").total == 300


def test_a_form_does_not_wait_for_more_than_one_silence(github: GitHubServer) -> None:
    github.trouble = hanging
    sources = ArtefactSources(github=GitHubAccess(timeout_seconds=0.2, tries=5))
    made = ConfiguredUpstreams(FakeConnections({"github_default": github.url})).histories(sources)[0]
    with pytest.raises(UnavailableError):
        made.commits(ORDERS, "1.0.0", "1.1.0")
    assert len(github.asked) == 1
