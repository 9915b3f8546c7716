"""A release that is potentially problematic is announced beforehand, for others to object (R14)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain.message_routes import FILE

_BEFOREHAND = "beforehand:"


def announcement_key(release_id: str, version: str) -> str:
    """The key of its message: a renewed attempt of the same version is not announced again, another version is."""
    return f"{_BEFOREHAND}{release_id}:{version}"


def is_announcement(key: str) -> bool:
    """Whether the message of this key announces a release beforehand."""
    return key.startswith(_BEFOREHAND)


@dataclass(frozen=True, kw_only=True)
class Told:
    """How an announcement stands by one way. `at` None: it has not arrived, or nobody knows whether it has."""

    way: str
    at: datetime | None = None
    problem: str = ""

    def __str__(self) -> str:
        if self.way == str(FILE):
            return "the message file tells nobody"
        return f"{self.way}: {self.problem or 'on its way'}"


@dataclass(frozen=True, kw_only=True, order=True)
class Delivery:
    """It reached people."""

    at: datetime
    way: str


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen it."""

    person: str
    name: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What was told of one version of a release, who got it, and who has acknowledged it, first one first."""

    told_at: datetime
    told: tuple[Told, ...] = ()
    acknowledged: tuple[Acknowledgement, ...] = ()

    @property
    def delivered(self) -> Delivery | None:
        """When it first reached people, and which way; a file tells nobody."""
        reached = [Delivery(at=one.at, way=one.way) for one in self.told if one.at is not None]
        return min((one for one in reached if one.way != str(FILE)), default=None)

    @property
    def problem(self) -> str:
        """Why it has reached nobody yet."""
        return "; ".join(map(str, self.told)) or "it has not been sent yet"
