"""Rollbacks, and whatever brings back what ran before."""

from slipway.domain.left_in_preprod import AGAIN_AFTER, TRIES, LeftInPreprod
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline, headline_of, how_to_second
from slipway.domain.release import Attempt, Outcome, Release, Stage, StageOutcome
from slipway.domain.rollback import Rollback, in_words
from slipway.domain.two_people import PendingAct


def asked_for(release: Release, rollback: Rollback, by: str, reason: str) -> Message:
    """Somebody rolls a service back, and it begins."""
    text = f"{release.service}: {by} rolls back {rollback} ({release.id}): {reason}{rollback.warning}"
    return _asked(release, rollback, text, f"asked for by {by}")


def waits_for_second(release: Release, rollback: Rollback, by: str, reason: str, pending: PendingAct) -> Message:
    """Somebody wants to roll a service back to what only two people may."""
    what = f"{by} wants to roll back {release.service} in {rollback}: {reason}{rollback.warning}"
    text = f"{what}. {how_to_second(pending)}"
    return _asked(release, rollback, text, "waits for a second person")


def preprod_returns(release: Release, rollback: Rollback, why: str) -> Message:
    """Preprod goes back to what is live, because a release ended for good without going live."""
    text = f"{release.service} in {rollback} ({release.id}): {why}. It queues like any stage"
    return _asked(release, rollback, text, "waits for its turn")


def preprod_stays(attempt: Attempt, left: LeftInPreprod, outcome: Outcome) -> Message:
    """Preprod did not go back to what is live: it is asked for again, or somebody must."""
    by_hand = f"`slipway rollback {left.service} {left.environment} --to {left.live_version} --reason …`"
    if left.is_asked_again:
        follows = f"it is asked for again {in_words(AGAIN_AFTER)} after this one ended"
    elif outcome is Outcome.WITHDRAWN:
        follows = f"it is not asked for again; if it is to be after all: {by_hand}"
    else:
        follows = f"{TRIES} tries came to nothing, and no more are made. Look why, and bring it back: {by_hand}"
    needs_somebody = not left.is_asked_again and outcome is not Outcome.WITHDRAWN
    return Message(
        key=f"{attempt.id}:stays",
        channel=MessageChannel.PAGE if needs_somebody else MessageChannel.DEPLOY,
        text=f"{left.service} in {left.environment} stays {left.version}, and {left.live_version} is live: going back"
        f" ({attempt.release_id}) ended as {outcome}; {follows}",
        release_id=attempt.release_id,
    )


def _asked(release: Release, rollback: Rollback, text: str, how: str) -> Message:
    return Message(
        key=f"{release.id}:asked",
        channel=MessageChannel.DEPLOY,
        text=text,
        release_id=release.id,
        headline=headline_of(release, rollback.version, f"to be brought back in {rollback.environment}: {how}"),
    )


def beside(attempt: Attempt, stage: Stage, other: Attempt, environment: str) -> Message:
    """A service is brought back while another service's release has the lane."""
    return Message(
        key=f"{attempt.id}:{stage.role}:overlap",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} in {stage.environment} is brought back beside {other.service} {other.version}"
        f" ({other.id}), which holds the lane for {environment}; nothing new starts until it is",
        release_id=attempt.release_id,
    )


def condemned(attempt: Attempt, rollback: Rollback, before: Attempt) -> Message:
    """What is rolled back in Prod is marked bad, and its service is held.

    `before`: what is rolled back, where it is told."""
    return Message(
        key=f"{attempt.id}:condemned",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {rollback.from_version} is marked bad, and the service is held in"
        f" {rollback.environment} for all but a release that fixes {rollback.from_release}",
        release_id=before.release_id,
        headline=_of_what_ran(before, rollback, f"being rolled back by {attempt.release_id}"),
        loud=True,
    )


def ended(attempt: Attempt, rollback: Rollback, before: Attempt, outcome: StageOutcome) -> Message:
    """A rollback in Prod has ended, for who follows what it rolled back.

    `before`: as above."""
    how, what = f"rolled back by {attempt.release_id}", f"{attempt.service} {rollback.from_version}"
    text = f"{what} is {how}: {attempt.version} runs again in {rollback.environment}"
    if outcome is not StageOutcome.PASSED:
        how = f"{outcome} since {attempt.release_id} was to bring {attempt.version} back"
        text = f"{what} is {how}: what is known of {rollback.environment} is told of {attempt.release_id}"
    return Message(
        key=f"{attempt.id}:took_back",
        channel=MessageChannel.DEPLOY,
        text=text,
        release_id=before.release_id,
        headline=_of_what_ran(before, rollback, how),
    )


def _of_what_ran(before: Attempt, rollback: Rollback, how: str) -> str | None:
    """None: what ran had been brought back itself, which its release says."""
    return headline(before, how) if before.digest == rollback.from_digest else None
