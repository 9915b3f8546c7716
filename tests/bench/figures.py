"""What was measured, beside what it must reach."""

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("", "what", "target", "figure", "")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value. `target` None: shown for what it explains."""

    point: str
    what: str
    value: float
    unit: str = ""
    target: float | None = None
    at_least: bool = False
    """Whether the target is the least, not the most."""

    @property
    def verdict(self) -> str:
        """`ok`, `over` (or `under`), or nothing where there is no target."""
        if self.target is None:
            return ""
        if self.at_least:
            return "ok" if self.value >= self.target else "under"
        return "ok" if self.value <= self.target else "over"

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        sign = "≥" if self.at_least else "≤"
        wanted = "" if self.target is None else f"{sign} {_rounded(self.target)} {self.unit}".rstrip()
        return self.point, self.what, wanted, f"{_rounded(self.value)} {self.unit}".rstrip(), self.verdict


def as_text(figures: Sequence[Figure]) -> str:
    """An aligned table for a terminal."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def as_markdown(figures: Sequence[Figure]) -> str:
    """The same table for a page."""
    lines = ["| point | what | target | figure | |", "|---|---|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(figure.cells())} |" for figure in figures])


def _rounded(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
