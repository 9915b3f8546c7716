"""A way of telling people, in memory: it keeps what arrived, and fails as it is told to."""

from collections import deque
from dataclasses import dataclass, field

from slipway.domain.json_value import JsonObject
from slipway.ports.messages import NotSentError, Receipt, Sending


@dataclass
class FakeNotifier:
    """Each trouble meets one call."""

    sent: list[Sending] = field(default_factory=list)
    asked: list[Sending] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    troubles: deque[NotSentError | None] = field(default_factory=deque)
    always: NotSentError | None = None

    def send(self, sending: Sending) -> Receipt:
        """Keeps it, or fails."""
        self.asked.append(sending)
        trouble = self.always or (self.troubles.popleft() if self.troubles else None)
        if trouble is not None:
            raise trouble
        self.sent.append(sending)
        message = sending.message
        return Receipt(
            place={"first": message.key}, begins_thread=message.release_id is not None and sending.thread is None
        )

    def show(self, place: JsonObject, headline: str) -> None:
        """Keeps it, or fails."""
        if self.always is not None:
            raise self.always
        self.shown.append((place["first"], headline))

    def keys(self) -> list[str]:
        """What arrived, in order."""
        return [sending.message.key for sending in self.sent]
