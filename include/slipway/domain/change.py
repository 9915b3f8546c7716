"""Changes that people or a pipeline make outside Slipway, under its permit: what, where, why so, how tested (R10)."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from slipway.domain.json_value import sha256_of
from slipway.domain.text_limits import says_nothing

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


class ChangeSort(StrEnum):
    """What is changed."""

    STATIC_APP = "static_app"
    THIRD_PARTY = "third_party"
    CONTENT = "content"
    INFRASTRUCTURE = "infrastructure"
    DATA = "data"
    CONFIGURATION = "configuration"

    @property
    def by_pipeline(self) -> bool:
        """Whether a build pipeline makes it; all others are made by hand."""
        return self is ChangeSort.STATIC_APP


@dataclass(frozen=True, kw_only=True)
class OutsideChange:
    """One such change, exactly as it is approved."""

    sort: ChangeSort
    what: str
    where: str
    """The system, page, table or setting in live."""
    tested: str = ""
    """Where it was tried before live, and what was seen there."""
    untested_because: str = ""
    """Why it could not be; those who sign agree to it, a manager among them."""
    by_hand_because: str = ""
    """Why it cannot be automated; agreed to in the same way."""
    by_hand_until: date | None = None
    """The last day for which that is agreed."""
    not_before: datetime | None = None
    """When whoever acts will be ready: the lane is not held for a vendor who acts tomorrow."""
    built: str = ""
    """Of a static app: the version that its pipeline built."""
    built_digest: str = ""
    """Of a static app: the digest of that build."""

    @property
    def digest(self) -> str:
        """What grants and permit are for: the build, or else the whole description."""
        if self.built_digest:
            return self.built_digest
        plain = {name: str(value) for name, value in asdict(self).items() if value is not None}
        return f"sha256:{sha256_of(plain)}"

    @property
    def version(self) -> str:
        """What people call it."""
        return self.built or f"{self.sort}-{self.digest[7:15]}"

    @property
    def is_exception(self) -> bool:
        """Whether a manager must be among those who agree: it is made by hand, or was not tested."""
        return not self.sort.by_pipeline or says_nothing(self.tested)

    @property
    def texts(self) -> dict[str, str]:
        """What people or a pipeline wrote of it, by the field's name."""
        return {name: text for name, text in asdict(self).items() if isinstance(text, str)}

    @property
    def planned(self) -> str:
        """When it may begin at the earliest, in UTC; empty: as soon as it is its turn."""
        return "" if self.not_before is None else f"{self.not_before.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def gaps(change: OutsideChange, today: date) -> Iterator[str]:
    """What is missing before anybody may be asked, in words."""
    if says_nothing(change.what):
        yield "what changes"
    if says_nothing(change.where):
        yield "where: the system, page, table or setting in live"
    if says_nothing(change.tested) and says_nothing(change.untested_because):
        yield "where it was tested before live and what was seen, or why it could not be tested"
    yield from _gaps_of_a_build(change) if change.sort.by_pipeline else _gaps_by_hand(change, today)


def _gaps_of_a_build(change: OutsideChange) -> Iterator[str]:
    if not _VERSION.fullmatch(change.built):
        yield "the version that was built: letters, digits and . _ + - only"
    if not _DIGEST.fullmatch(change.built_digest):
        yield "the digest of the build: sha256: and 64 hexadecimal digits"


def _gaps_by_hand(change: OutsideChange, today: date) -> Iterator[str]:
    if says_nothing(change.by_hand_because):
        yield "why it cannot be automated"
    if change.by_hand_until is None:
        yield "until which day making it by hand is agreed"
    elif change.by_hand_until < today:
        yield f"a day to come until which making it by hand is agreed: {change.by_hand_until} is over"
