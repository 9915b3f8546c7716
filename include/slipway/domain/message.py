"""Something to tell people, whichever way it goes (R14)."""

from dataclasses import dataclass

from slipway.domain.message_routes import MessageChannel


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where to act; shown as a link of its own."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to tell people; there is one message of a `key`, however often it is told."""

    key: str
    channel: str
    """A `MessageChannel`."""
    text: str
    """Plain text. What people wrote in it is theirs: each way escapes all of it."""
    release_id: str | None = None
    """The release that it is about: such messages stand together and arrive in order."""
    headline: str | None = None
    """How the release stands after this, in a line; it replaces the one before."""
    link: Link | None = None
    mentions: tuple[str, ...] = ()
    """Mail addresses of people whom it should not pass by: they are called by name where a way can do that."""
    loud: bool = False
    """Whether everybody should notice it, and not only who follows its release."""

    @property
    def rings(self) -> bool:
        """Whether a way with threads shows it outside its thread too: what somebody must look into now always is."""
        return self.loud or self.channel == MessageChannel.PAGE
