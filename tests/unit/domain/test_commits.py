"""Commits since live, as the form shows them: other people's words do nothing there."""

import pytest

from slipway.domain.commits import MOST_SHOWN, Commit, CommitsSinceLive, harmless


def a_commit(subject: str = "Take more orders", author: str = "Ada") -> Commit:
    return Commit(id="0123456789abcdef", author=author, subject=subject)


def since_live(*commits: Commit, total: int | None = None) -> list[str]:
    count = len(commits) if total is None else total
    return list(CommitsSinceLive(since="1.0.0", commits=commits, total=count, source="GitHub").lines())


def test_each_commit_is_one_line_with_who_and_what() -> None:
    assert since_live(a_commit()) == [
        "- Commits since 1.0.0, which is live: 1, says GitHub",
        "    - `012345678` `Ada`: `Take more orders`",
    ]


def test_what_is_not_shown_is_counted() -> None:
    lines = since_live(*[a_commit()] * (MOST_SHOWN + 5), total=70)
    assert len(lines) == 1 + MOST_SHOWN + 1
    assert lines[-1] == f"    - and {70 - MOST_SHOWN} others"


def test_no_commits_at_all_are_told_too() -> None:
    assert since_live() == ["- Commits since 1.0.0, which is live: none, says GitHub"]


def test_where_nothing_is_live_there_is_nothing_to_compare_with() -> None:
    assert list(CommitsSinceLive(since=None).lines()) == ["- Commits since live: nothing is live yet"]


def test_what_is_not_known_says_why() -> None:
    lines = list(CommitsSinceLive(since="1.0.0", unavailable="GitHub answered 500.").lines())
    assert lines == ["- Commits since live: unavailable, because `GitHub answered 500.`"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`](https://evil.example) **approve**", "`'](https://evil.example) **approve**`"),
        ("one\n- Proven in prod: passed", "`one - Proven in prod: passed`"),
        ("<script>", "`<script>`"),
        ("pay\u202etcerid", "`paytcerid`"),
        ("zero\u200bwidth\x1b[31m", "`zerowidth[31m`"),
        ("x" * 50, f"`{'x' * 39}…`"),
        (" \n ", "(nothing)"),
    ],
)
def test_foreign_words_stay_words_on_one_short_line(text: str, shown: str) -> None:
    assert harmless(text, 40) == shown
