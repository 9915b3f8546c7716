"""Keeps the standing holds, with owner and reason, in the topic of the deploy channel; restores it after (R14, R15)."""

import random
from collections.abc import Sequence
from dataclasses import replace

from slipway.domain.channel_topic import HoldShown, KeptTopic, holds_in_words, topic_before, topic_of
from slipway.domain.message_routes import MessageChannel, Way, WayKind
from slipway.domain.people import People
from slipway.ports.messages import ChannelTopic, NotSentError
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.send_messages import Draw, pause


def topics_behind(store: ReleaseStore) -> Sequence[Way]:
    """Channels whose topic does not say what is held now, and that may be asked again."""
    with store.transaction() as tx:
        kept = tx.topics.kept()
        paused = {one.way for one in tx.deliveries.ways() if one.paused_until > tx.now}
        known = {str(way): way for way in _ways(tx)} | {name: _named(name) for name in kept}
        return [
            way
            for name, way in known.items()
            if _is_behind(_wanted(tx, way), kept.get(name)) and topic_name(way) not in paused
        ]


def show_holds(store: ReleaseStore, way: Way, topic: ChannelTopic, draw: Draw = random.random) -> None:
    """Brings one topic up to date. A topic that cannot be written delays no message: it is tried again by itself."""
    try:
        _show(store, way, topic)
    except NotSentError as error:
        with store.transaction() as tx:
            pause(tx, topic_name(way), error, draw)
    else:
        with store.transaction() as tx:
            tx.deliveries.way_works(topic_name(way))


def topic_name(way: Way) -> str:
    """What it is called among the ways that do not work."""
    return f"topic of {way}"


def _show(store: ReleaseStore, way: Way, topic: ChannelTopic) -> None:
    """What stood there is kept before it is written over: whoever dies in between leaves it to the next round."""
    with store.transaction() as tx:
        holds, kept = _wanted(tx, way), tx.topics.kept().get(str(way))
    now = topic.read()
    before = topic_before(now, kept)
    written = topic_of(holds, before)
    if holds:
        with store.transaction() as tx:
            tx.topics.keep(str(way), KeptTopic(before=before, holds="" if kept is None else kept.holds))
    if written != now:
        topic.write(written)
    with store.transaction() as tx:
        if holds:
            tx.topics.keep(str(way), KeptTopic(before=before, holds=holds))
        else:
            tx.topics.forget(str(way))


def _is_behind(holds: str, kept: KeptTopic | None) -> bool:
    """Where nothing is held, nothing is kept either: what is may have been written."""
    return bool(holds) if kept is None else not holds or holds != kept.holds


def _wanted(tx: Transaction, way: Way) -> str:
    if way not in _ways(tx):
        return ""
    people = tx.policy().people
    return holds_in_words([_with_name(hold, people) for hold in tx.topics.holds()])


def _with_name(hold: HoldShown, people: People) -> HoldShown:
    person = people.find(hold.by)
    return hold if person is None else replace(hold, by=person.name)


def _ways(tx: Transaction) -> Sequence[Way]:
    routes = tx.policy().platform.messages
    if not routes.holds_in_topic:
        return ()
    return [way for way in routes.of(MessageChannel.DEPLOY) if way.kind is WayKind.SLACK]


def _named(name: str) -> Way:
    """A channel that the policy no longer names, and whose topic is still ours to restore."""
    return Way(kind=WayKind.SLACK, address=name.partition(":")[2])
