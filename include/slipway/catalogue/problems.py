"""What is wrong with a catalogue: one value per problem, one error for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject

FEW = 10
"""Problems in a short answer; `slipway catalogue validate` tells all."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing to mend: `file` is relative to the catalogue, `line` counts from 1."""

    file: str
    line: int
    what: str
    allowed: tuple[str, ...] = ()
    did_you_mean: str | None = None
    hides: bool = False
    """Whether the file could not be read as a whole, so that checks which need that were left out."""

    def __str__(self) -> str:
        hints = [f"allowed: {', '.join(self.allowed)}"] if self.allowed else []
        hints += [f"did you mean {self.did_you_mean}?"] if self.did_you_mean else []
        return f"{self.file}:{self.line}: {self.what}" + (f" ({'; '.join(hints)})" if hints else "")

    def as_json(self) -> JsonObject:
        """For `--json`."""
        return {
            "file": self.file,
            "line": self.line,
            "what": self.what,
            "allowed": list(self.allowed),
            "did_you_mean": self.did_you_mean,
        }


class CatalogueError(SlipwayError):
    """The catalogue cannot be used; `problems` has all that is wrong with it, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.what)))
        self.unchecked: Sequence[str] = sorted({problem.file for problem in self.problems if problem.hides})
        """Files of which more is checked once their problems are mended."""
        super().__init__(self.report())

    def report(self) -> str:
        """All problems, grouped by file, what to do, and what was left unchecked."""
        groups = groupby(self.problems, key=lambda problem: problem.file)
        text = "\n\n".join("\n".join(str(problem) for problem in group) for _, group in groups)
        count = len(self.problems)
        them = "1 problem" if count == 1 else f"{count} problems"
        more = f"\nMore is checked once these are mended: {', '.join(self.unchecked)}" if self.unchecked else ""
        return f"{text}\n\n{them}. Mend the lines above, then run: slipway catalogue validate{more}"

    def in_short(self) -> Sequence[str]:
        """A line for each problem, the first few, for where a whole report has no room."""
        more = len(self.problems) - FEW
        return (*map(str, self.problems[:FEW]), *([f"and {more} more"] if more > 0 else []))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    close = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None
