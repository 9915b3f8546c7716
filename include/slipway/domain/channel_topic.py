"""What the topic of a deploy channel says while something is held, and what it said before (R14, R15). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

LONGEST = 250
"""Characters: what Slack takes."""
_MARK = " ‖ "
_BEGIN = "HOLD "
_LONGEST_HOLDS = 180
"""Of those: the rest is for what people wrote themselves."""
_LONGEST_REASON = 60


@dataclass(frozen=True, kw_only=True)
class HoldShown:
    """A hold that stands, for everybody to see. `name` is the service or environment; `by` whoever placed it."""

    scope: str
    name: str | None
    reason: str
    by: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class KeptTopic:
    """What a channel's topic was before holds were written into it, and what is written of them now."""

    before: str
    holds: str


def holds_in_words(holds: Sequence[HoldShown]) -> str:
    """All of them in a line, the last ones counted where they do not fit; empty without any."""
    said: list[str] = []
    for number, hold in enumerate(holds):
        left = len(holds) - number
        more = f"; and {left - 1} more" if left > 1 else ""
        if said and len("; ".join([*said, _one(hold)])) + len(more) > _LONGEST_HOLDS:
            return _BEGIN + "; ".join(said) + f"; and {left} more"
        said.append(_one(hold))
    return _BEGIN + "; ".join(said) if said else ""


def topic_of(holds: str, before: str) -> str:
    """The holds, then what stood there, cut where it is too long."""
    if not holds:
        return before
    if not before:
        return holds
    return _cut(f"{holds}{_MARK}{before}", LONGEST)


def topic_before(now: str, kept: KeptTopic | None) -> str:
    """What people wrote: the rest of a topic that has holds in it, whole where it is the beginning of what was kept."""
    if not now.startswith(_BEGIN):
        return now
    rest = now.partition(_MARK)[2]
    if kept is not None and (not rest or kept.before.startswith(rest.removesuffix("…").rstrip())):
        return kept.before
    return rest


def _one(hold: HoldShown) -> str:
    what, by = _inert(hold.name or "everything"), _inert(hold.by)
    until = f", until {hold.until:%Y-%m-%d %H:%M} UTC" if hold.until else ""
    return f"{what}: {_cut(_inert(hold.reason), _LONGEST_REASON)} ({by}{until})"


def _inert(text: str) -> str:
    """On one line; without the brackets by which chats know mentions and links, and without our own mark."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›").replace(_MARK.strip(), "|")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
