"""Releases: what becomes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import as_declared, headline, headline_of, where_it_ran, where_to_go_on
from slipway.domain.next_step import retry_of_bad
from slipway.domain.release import Attempt, BadAgain, ChangeKind, Origin, Outcome, Release, Stage, StageOutcome
from slipway.domain.rollback import in_words
from slipway.domain.stage_ending import Ending

_PAGED = frozenset({StageOutcome.LIVE_UNCERTAIN, StageOutcome.UNVERIFIED})
_LOUD = frozenset({Outcome.FAILED, Outcome.ROLLED_BACK, Outcome.UNVERIFIED, Outcome.LIVE_UNCERTAIN})


def asked_for(release: Release, attempt: Attempt) -> Message:
    """Somebody asks for a release, or for another attempt of it."""
    behalf = f" on behalf of team {release.for_team}" if release.for_team else ""
    asks = "declared" if release.kind is ChangeKind.EMERGENCY else "asked for"
    how, says = f"{asks} by {release.requested_by}", f"{release.requested_by} asks{behalf} for a release"
    if attempt.number > 1:
        who = "the platform" if attempt.origin is Origin.PLATFORM else attempt.actor
        how, says = f"attempt {attempt.number}, asked for by {who}", f"{who} asks for attempt {attempt.number}"
    return Message(
        key=f"{attempt.id}:opened",
        channel=MessageChannel.DEPLOY,
        release_id=release.id,
        headline=headline(attempt, how),
        text=f"{as_declared(release)}{release.service} {attempt.version}: {says} to {release.to.value} ({release.id}):"
        f" {release.summary or 'automatic Dev run'}",
    )


def bad_version_again(attempt: Attempt, again: BadAgain, marked: str | None) -> Message:
    """A version that is marked bad is tried again."""
    return Message(
        key=f"{attempt.id}:bad_again",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} is marked bad ({marked}); {again.by} has it tried again:"
        f" {again.reason}",
        release_id=attempt.release_id,
    )


def stage_began(attempt: Attempt, stage: Stage) -> Message:
    """Work in Preprod or live begins: nobody is waited for any more."""
    what = "brought back" if attempt.is_rollback else "deployed"
    return Message(
        key=f"{attempt.id}:{stage.role}:began",
        channel=MessageChannel.DEPLOY,
        release_id=attempt.release_id,
        headline=headline(attempt, f"{stage.environment}: being {what}"),
        text=f"{attempt.service} {attempt.version} ({attempt.id}) is being {what} in {stage.environment} now, in place"
        f" of {stage.previous_version or 'nothing'}",
    )


def stage_ended(attempt: Attempt, stage: Stage, ending: Ending) -> Message:
    """A stage has ended; where nobody knows whether live works, somebody must look."""
    return Message(
        key=f"{attempt.id}:{stage.role}:finished",
        channel=MessageChannel.PAGE if ending.outcome in _PAGED else MessageChannel.DEPLOY,
        release_id=attempt.release_id,
        headline=headline(attempt, f"{stage.environment}: {ending.outcome}"),
        text=f"{attempt.service} {attempt.version} in {stage.environment}: {ending.outcome}. {ending.detail}",
    )


def ended(
    attempt: Attempt,
    outcome: Outcome,
    detail: str,
    base_url: str,
    *,
    marked_bad: str | None = None,
    expires: datetime | None = None,
    stays: bool = False,
    holds: Mapping[int, str] | None = None,
    awaiting: Sequence[str] = (),
) -> Message:
    """An attempt has ended. `marked_bad`: why its version is kept from Preprod and Prod.

    `expires`: when its release does, unless it is retried. `stays`: Preprod did not go back by it, and another message
    says what follows. Of one that is live: `holds` that failures placed and that stand all the same, each with the
    release that failed; `awaiting`: releases that it fixes, and that still await a retry."""
    retry = f"slipway retry {attempt.release_id}"
    how = f"{retry}, or with what mends it: {retry} --version VERSION"
    if marked_bad is not None:
        how = retry_of_bad(attempt.release_id, marked_bad)
    over = "" if expires is None else f"\nIt expires at {expires:%Y-%m-%d %H:%M} UTC unless it is retried"
    next_step = f"\nNext: {how}{over}" if outcome.awaits_retry else ""
    if attempt.is_rollback:
        next_step = "" if outcome.is_green or stays else "\nNext: slipway rollback, once more or to another version"
    still = [
        f"Hold {hold} still stands, since {failed} failed: slipway hold lift {hold} --reason …, by somebody who did not"
        f" ask for {failed}"
        for hold, failed in (holds or {}).items()
    ]
    still += [f"{one}, which it fixes, awaits a retry: slipway stop {one} --reason … ends it" for one in awaiting]
    standing = "".join(f"\n{line}" for line in still)
    goes_on = outcome.awaits_retry and not attempt.is_rollback
    link = where_to_go_on(base_url, attempt.release_id) if goes_on else where_it_ran(base_url, attempt)
    return Message(
        key=f"{attempt.id}:ended",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.id}) ended: {outcome}. {detail}{next_step}{standing}",
        release_id=attempt.release_id,
        headline=headline(attempt, outcome),
        link=None if outcome.is_green else link,
        loud=outcome in _LOUD,
    )


def never_retried(attempt: Attempt, outcome: Outcome, life: timedelta) -> Message:
    """A release that awaited a retry has expired."""
    return Message(
        key=f"{attempt.release_id}:never_retried",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) has expired: its last attempt ended as"
        f" {outcome}, and nobody retried it for {in_words(life)}\nNext: a new release: slipway release",
        release_id=attempt.release_id,
        headline=headline(attempt, Outcome.EXPIRED),
    )


def stopped(attempt: Attempt, by: str, reason: str) -> Message:
    """Somebody stops a release."""
    return Message(
        key=f"{attempt.id}:stop",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version}: {by} stops {attempt.id}: {reason}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"being stopped by {by}"),
    )


def withdrawn(release: Release, version: str | None, by: str, reason: str) -> Message:
    """Somebody gives a release up that had no run at that time."""
    return Message(
        key=f"{release.id}:withdrawn",
        channel=MessageChannel.DEPLOY,
        text=f"{headline_of(release, version, f'withdrawn by {by}')}: {reason}",
        release_id=release.id,
        headline=headline_of(release, version, f"withdrawn by {by}"),
    )


def replaced(attempt: Attempt, newer: Release) -> Message:
    """A release whose approvals or proof grew old goes on no more, because somebody asked for something newer."""
    return Message(
        key=f"{attempt.id}:replaced",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) is replaced by {newer.id}, which"
        f" {newer.requested_by} asked for, and goes on no more",
        release_id=attempt.release_id,
        headline=headline(attempt, f"replaced by {newer.id}"),
    )
