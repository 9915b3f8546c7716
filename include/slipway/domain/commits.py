"""What was written since the version that is live, for those who decide: other people's words, made harmless."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_SHOWN = 20
LONGEST_NAME, LONGEST_SUBJECT = 40, 100


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit, as its repository has it."""

    id: str
    author: str
    subject: str
    """First line of its message."""
    email: str = ""
    """Its author's, as written there: by it somebody is recognised, and it is never shown."""


@dataclass(frozen=True, kw_only=True)
class CommitsSinceLive:
    """The newest commits between two versions, newest first. `total` counts those that are not listed too."""

    since: str | None
    """The version that is live; None where nothing is."""
    commits: tuple[Commit, ...] = ()
    total: int = 0
    source: str = ""
    unavailable: str = ""
    """Why nothing can be said; empty where something is."""

    @property
    def authors(self) -> tuple[Commit, ...]:
        """A commit of each author, in the order in which they come up."""
        first: dict[str, Commit] = {}
        for commit in self.commits:
            first.setdefault(commit.author, commit)
        return tuple(first.values())

    def lines(self) -> Iterator[str]:
        """Markdown list items."""
        if self.unavailable:
            yield f"- Commits since live: unavailable, because {harmless(self.unavailable, 500)}"
        elif self.since is None:
            yield "- Commits since live: nothing is live yet"
        elif not self.total:
            yield f"- Commits since {self.since}, which is live: none, says {self.source}"
        else:
            yield f"- Commits since {self.since}, which is live: {self.total}, says {self.source}"
            for commit in self.commits[:MOST_SHOWN]:
                author, subject = harmless(commit.author, LONGEST_NAME), harmless(commit.subject, LONGEST_SUBJECT)
                yield f"    - {harmless(commit.id[:9], 9)} {author}: {subject}"
            if self.total > len(self.commits[:MOST_SHOWN]):
                yield f"    - and {self.total - len(self.commits[:MOST_SHOWN])} others"


@dataclass(frozen=True, kw_only=True)
class Containing:
    """Whether one version has all that was written for another, and who says so."""

    contained: bool
    source: str


def harmless(text: str, longest: int) -> str:
    """Foreign text as inline code of one line: no link, picture, markup or change of direction comes out of it."""
    line = " ".join(text.split()).replace("`", "'")
    shown = "".join(filter(str.isprintable, line)).strip()
    return f"`{shown if len(shown) <= longest else shown[: longest - 1] + '…'}`" if shown else "(nothing)"
