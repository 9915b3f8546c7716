"""Sends what was told, each message by each of its ways. A way that is down delays its own messages only (R14)."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from slipway.domain.announcement import is_announcement
from slipway.domain.backoff import wait_before_next
from slipway.domain.message_routes import FILE, MessageRoutes, Way
from slipway.ports.messages import Claim, MessageState, Notifier, NotSentError
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.world import PLATFORM

BATCH = 50
REFUSALS = 3
"""A message that is refused as it is so often will never be taken: it is given up, for those after it to arrive."""
Draw = Callable[[], float]
"""A number from 0 to 1, by which waits are spread."""
_NO_WAIT = timedelta()


def route_messages(store: ReleaseStore) -> Sequence[Way]:
    """Gives each new message its ways, takes it off those that the policy no longer names, and gives up the oldest.

    Returns the ways that have something to send now."""
    with store.transaction() as tx:
        routes = tx.policy().platform.messages
        tx.outbox.reroute([str(way) for way in routes.all])
        for number, message in tx.outbox.unsent(BATCH):
            tx.outbox.route(number, [str(way) for way in routes.of(message.channel)])
        _give_up_the_oldest(tx, routes)
        due = set(tx.deliveries.ways_due())
    return [way for way in routes.all if str(way) in due]


def send_messages(store: ReleaseStore, way: Way, notifier: Notifier, draw: Draw = random.random) -> int:
    """How many arrived before there was no more to send, or the way failed."""
    arrived = 0
    for _ in range(BATCH):
        with store.transaction() as tx:
            claim = tx.deliveries.claim(str(way))
        if claim is None:
            break
        if not _send(store, claim, notifier, draw):
            return arrived
        arrived += 1
    _show_headlines(store, way, notifier, draw)
    return arrived


def _send(store: ReleaseStore, claim: Claim, notifier: Notifier, draw: Draw) -> bool:
    """Whether the way can be used further."""
    try:
        receipt = notifier.send(claim.sending)
    except NotSentError as error:
        with store.transaction() as tx:
            _note_failure(tx, claim, error, draw)
        return not error.way_is_down
    with store.transaction() as tx:
        tx.deliveries.delivered(claim, receipt)
        tx.deliveries.way_works(claim.way)
        if _is_waited_for(claim):
            tx.wake()
    return True


def _is_waited_for(claim: Claim) -> bool:
    """Whether a release counts the time to object from its arrival on."""
    return is_announcement(claim.sending.message.key) and claim.way != str(FILE)


def _note_failure(tx: Transaction, claim: Claim, error: NotSentError, draw: Draw) -> None:
    refused = not error.way_is_down
    wait = wait_before_next(claim.refusals + 1, draw(), error.retry_after) if refused else _NO_WAIT
    tx.deliveries.failed(claim, str(error), wait, in_doubt=error.may_have_arrived, refused=refused)
    if error.way_is_down:
        pause(tx, claim.way, error, draw)
    elif claim.refusals + 1 >= REFUSALS:
        _give_up(tx, claim.number, claim.way, claim.sending.message.key, str(error), claim.sending.message.release_id)


def pause(tx: Transaction, way: str, error: NotSentError, draw: Draw) -> None:
    """Nothing goes this way for a while: longer each time, or as long as the other side asks for."""
    wait = wait_before_next(tx.deliveries.failures(way) + 1, draw(), error.retry_after)
    tx.deliveries.way_failed(way, str(error), wait, slowed=error.retry_after is not None)


def _show_headlines(store: ReleaseStore, way: Way, notifier: Notifier, draw: Draw) -> None:
    with store.transaction() as tx:
        behind = tx.deliveries.headlines_behind(str(way), BATCH)
    for release_id, place, headline in behind:
        try:
            notifier.show(place, headline)
        except NotSentError as error:
            with store.transaction() as tx:
                if error.way_is_down:
                    pause(tx, str(way), error, draw)
                    return
                tx.deliveries.headline_shown(release_id, str(way), headline)
            continue
        with store.transaction() as tx:
            tx.deliveries.headline_shown(release_id, str(way), headline)


def _give_up_the_oldest(tx: Transaction, routes: MessageRoutes) -> None:
    for one in tx.deliveries.older_than(routes.give_up_days):
        assert one.way is not None, "only what is on its way"
        _give_up(tx, one.number, one.way, one.message.key, _why(one, routes), one.message.release_id)


def _why(one: MessageState, routes: MessageRoutes) -> str:
    return f"not delivered within {routes.give_up_days} days: {one.problem or 'it was never tried'}"


def _give_up(tx: Transaction, number: int, way: str, key: str, because: str, release_id: str | None) -> None:
    """That somebody was never told is said in the log, where who was told what is looked for."""
    tx.deliveries.give_up(number, way)
    tx.log("message_given_up", PLATFORM, release_id=release_id, payload={"key": key, "way": way, "because": because})
