"""Which messages reach whom by which way: part of the policy, so that nobody turns a page off quietly (R14, R26)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MessageChannel(StrEnum):
    """What a message is for, whatever way it goes."""

    DEPLOY = "deploy"
    """What happens to releases, for everybody."""
    APPROVALS = "approvals"
    """What waits for somebody's answer."""
    PAGE = "page"
    """What somebody must look into now."""
    EVIDENCE = "evidence"
    """What is worth keeping where the platform cannot change it: the log's head of each day."""


class WayKind(StrEnum):
    """How a message may go."""

    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One place that messages go to: a Slack channel's id, one mail address, or the connection of a webhook."""

    kind: WayKind
    address: str = ""
    host: str = ""
    """The only host that a webhook's connection may name."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.address}" if self.address else self.kind.value


FILE = Way(kind=WayKind.FILE)


@dataclass(frozen=True, kw_only=True)
class MessageRoutes:
    """The ways of each channel. One that has none is written to the message file: nothing is told to nobody.

    Evidence that has no way of its own goes where the releases are told.
    """

    ways: Mapping[MessageChannel, tuple[Way, ...]] = field(default_factory=dict)
    give_up_days: int = 7
    """After so many days an undelivered message is given up, which the log says."""
    holds_in_topic: bool = True
    """Whether the topics of the deploy channels in Slack say what is held."""
    objection_minutes: int = 30
    """So long, from its arrival on, people may object to what is announced as potentially problematic."""

    def of(self, channel: str) -> tuple[Way, ...]:
        """Where its messages go."""
        known = MessageChannel(channel)
        if known is MessageChannel.EVIDENCE and not self.ways.get(known):
            return self.of(MessageChannel.DEPLOY)
        return self.ways.get(known) or (FILE,)

    @property
    def all(self) -> tuple[Way, ...]:
        """Every way once."""
        return tuple(dict.fromkeys(way for channel in MessageChannel for way in self.of(channel)))
