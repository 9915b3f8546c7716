"""The registry of targets: kinds, options, and that each has its page."""

from pathlib import Path

import pytest

from slipway.adapters.targets.registry import TARGETS, Registry
from slipway.domain.errors import TargetError
from slipway.domain.json_value import JsonObject
from slipway.domain.service import TargetSettings

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "targets"

WRONG: list[tuple[str, JsonObject, str]] = [
    ("local_process", {}, "option 'port' is missing; it must be a number from 1 to 65535"),
    ("local_process", {"port": 0}, "option 'port' is 0"),
    ("local_process", {"port": True}, "option 'port' is True"),
    ("local_process", {"port": 80, "comand": []}, "option 'comand' is unknown. Did you mean 'command'?"),
    ("command", {"deploy": "helm upgrade", "current": ["x"]}, "option 'deploy' is 'helm upgrade'; it must be a list"),
    ("command", {"deploy": ["helm", "{verison}"], "current": ["x"]}, "unknown placeholders ['verison']; known here"),
    ("command", {"deploy": ["x"], "current": ["x", "{digest}"]}, "unknown placeholders ['digest']"),
    ("command", {"deploy": ["x"], "current": ["x"], "current_output": "yaml"}, "it must be json or digest"),
    ("http", {"deploy_url": "ftp://x", "current_url": "http://x"}, "begins with http:// or https://"),
]


@pytest.mark.parametrize(("kind", "options", "words"), WRONG)
def test_a_wrong_option_is_refused_in_words(kind: str, options: JsonObject, words: str) -> None:
    with pytest.raises(TargetError) as caught:
        Registry(Path("/nowhere")).target(TargetSettings(kind=kind, options=options))
    assert words in str(caught.value)
    assert repr(kind) in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(TargetError) as caught:
        Registry(Path("/nowhere")).target(TargetSettings(kind="command", options={"dploy": ["x"]}))
    for name in ("'deploy' is missing", "'current' is missing", "'dploy' is unknown"):
        assert name in str(caught.value)


def test_a_removal_is_asked_where_current_is_so_only_that_is_missing() -> None:
    with pytest.raises(TargetError) as caught:
        Registry(Path("/nowhere")).target(TargetSettings(kind="http", options={"deploy_url": "http://x"}))
    assert "'current_url' is missing" in str(caught.value)
    assert "remove_url" not in str(caught.value)


def test_an_unknown_kind_names_the_nearest_and_all_known() -> None:
    with pytest.raises(TargetError, match=r"Did you mean 'local_process'\? Known kinds: command, http, local_process"):
        Registry(Path("/nowhere")).target(TargetSettings(kind="local_proces"))


@pytest.mark.parametrize("kind", TARGETS)
def test_each_target_has_its_page(kind: str) -> None:
    assert f"# `{kind}`" in (DOCS / f"{kind}.md").read_text()


def test_each_page_has_its_target() -> None:
    assert {page.stem for page in DOCS.glob("*.md")} == set(TARGETS)
