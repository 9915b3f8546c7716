"""Whether a version contains the emergencies that went live before it: otherwise the next release would undo them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.commits import harmless
from slipway.domain.release import ChangeKind, Release
from slipway.domain.service import StageRole
from slipway.domain.text_limits import REFUSAL

_SEPARATOR = re.compile(r"[,;\s]+")


class Contained(StrEnum):
    """What the service's repository says. No answer is never a yes."""

    YES = "contained"
    NO = "not_contained"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class LiveEmergency:
    """An emergency or security release that went live, and that no ordinary release which is live contains yet."""

    release_id: str
    kind: ChangeKind
    version: str
    digest: str

    def __str__(self) -> str:
        return f"{self.kind} release {self.release_id} ({self.version})"


@dataclass(frozen=True, kw_only=True)
class Containment:
    """What is known of one emergency and the version that is to be released."""

    emergency: LiveEmergency
    answer: Contained = Contained.UNKNOWN
    source: str = ""
    """Who gave the answer."""
    because: str = ""
    """Why there is none."""
    declared_by: str | None = None
    """The person who says, where nothing else can, that it is contained."""

    @property
    def known(self) -> bool:
        """Whether it may go on: said to be contained, or declared where nothing can say."""
        return self.answer is Contained.YES or (self.answer is Contained.UNKNOWN and self.declared_by is not None)

    def __str__(self) -> str:
        if self.answer is Contained.YES:
            return f"Contains {self.emergency}, says {self.source}"
        declared = f"{self.declared_by} declares that it contains {self.emergency}"
        if self.answer is Contained.NO:
            said = f"**Does not contain {self.emergency}**, says {self.source}"
            return f"{said}, although {declared}" if self.declared_by else said
        why = f", because {harmless(self.because, REFUSAL)}" if self.because else ""
        if self.declared_by is not None:
            return f"{declared}; its repository could not be asked{why}"
        return f"**Not known to contain {self.emergency}**{why}"


def must_contain(release: Release, role: StageRole) -> bool:
    """An ordinary release of an artefact, on the live path: an emergency may follow the other as it is needed."""
    ordinary = release.kind is ChangeKind.STANDARD and release.rollback is None
    return ordinary and release.change is None and role.on_live_path


def named_emergencies(text: str) -> tuple[str, ...]:
    """`r17, r18`, each once."""
    return tuple(dict.fromkeys(filter(None, _SEPARATOR.split(text))))
