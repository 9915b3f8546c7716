"""Changes that somebody outside makes."""

from datetime import datetime

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline, headline_of
from slipway.domain.release import Attempt, Release


def asked_by_pipeline(release: Release, version: str | None) -> Message:
    """The pipeline of a static app asks to go live."""
    return Message(
        key=f"{release.id}:asked",
        channel=MessageChannel.DEPLOY,
        text=f"{release.service} {version}: its pipeline asks to go live ({release.id}): {release.summary}",
        release_id=release.id,
        headline=headline_of(release, version, "asked for by its pipeline"),
    )


def may_be_made(release: Release, attempt: Attempt, by: str, until: datetime) -> Message:
    """It is the turn of a change that somebody outside makes.

    `by`: a person or a pipeline."""
    return Message(
        key=f"{attempt.id}:act",
        channel=MessageChannel.DEPLOY,
        text=f"{release.service} ({release.id}): it is the turn of {release.summary}. Whoever makes it (a {by}) has"
        f" until {until:%H:%M} UTC: `slipway change act {release.id}` before, `slipway change confirm {release.id}`"
        " after it",
        release_id=release.id,
        headline=headline(attempt, f"may be made by a {by}, until {until:%H:%M} UTC"),
    )
