"""Telling people: how a message goes one way, and what may come of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from slipway.domain.errors import Remedy, SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.message import Message


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message on one way, for the `tries`th time."""

    message: Message
    told_at: datetime
    tries: int = 1
    thread: JsonObject | None = None
    """The place of the first message of this release on this way."""
    in_doubt_since: datetime | None = None
    """A try that began then may have delivered it."""
    is_late: bool = False
    """Whether things may have changed since it was told."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Delivered. `place` is what the way needs to find the message again."""

    place: JsonObject = field(default_factory=dict)
    begins_thread: bool = False
    """Whether the next messages of its release can be put below it."""


class NotSentError(SlipwayError):
    """Not delivered, or not known to be. Says what to try again, and when.

    `way_is_down`: no other message would go this way now. `may_have_arrived`: it was given away, and nothing is known.
    `retry_after`: the other side asks for this much patience.
    """

    remedy = Remedy.RETRY

    def __init__(
        self,
        message: str,
        *,
        way_is_down: bool = True,
        may_have_arrived: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.way_is_down = way_is_down
        self.may_have_arrived = may_have_arrived
        self.retry_after = retry_after


class Notifier(Protocol):
    """One way of telling people. Every call has a deadline, and is not repeated: whoever calls decides when to."""

    def send(self, sending: Sending) -> Receipt:
        """Delivers a message, or finds that it was delivered. Raises NotSentError, which names no secret."""

    def show(self, place: JsonObject, headline: str) -> None:
        """Replaces the headline above a release's messages, where there is such a thing. Raises NotSentError."""


class ChannelTopic(Protocol):
    """The line above a channel that everybody sees. Every call has a deadline, and raises NotSentError."""

    def read(self) -> str:
        """What it says now."""

    def write(self, topic: str) -> None:
        """Replaces it; 250 characters at most."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A message that this process, and no other, sends one way now."""

    number: int
    way: str
    sending: Sending
    refusals: int
    """How often this message alone was refused."""


@dataclass(frozen=True, kw_only=True)
class MessageState:
    """A message and how it stands by one of its ways."""

    number: int
    message: Message
    told_at: datetime
    way: str | None = None
    """None: nobody has looked yet by which ways it goes."""
    tries: int = 0
    outcome: str | None = None
    problem: str | None = None
    next_try: datetime | None = None

    def as_json(self) -> JsonObject:
        """For people and scripts."""
        return {
            "key": self.message.key,
            "channel": self.message.channel,
            "way": self.way,
            "state": self.outcome or "waiting",
            "text": self.message.text,
            "release_id": self.message.release_id,
            "at": self.told_at.isoformat(),
            "tries": self.tries,
            "problem": self.problem,
            "next_try": None if self.next_try is None else self.next_try.isoformat(),
        }


@dataclass(frozen=True, kw_only=True)
class WayState:
    """A way that does not work now."""

    way: str
    failures: int
    down_since: datetime | None
    """None: it only asks to slow down."""
    paused_until: datetime
    problem: str

    def as_json(self) -> JsonObject:
        """For people and scripts."""
        return {
            "way": self.way,
            "failures": self.failures,
            "down_since": None if self.down_since is None else self.down_since.isoformat(),
            "next_try": self.paused_until.isoformat(),
            "problem": self.problem,
        }
