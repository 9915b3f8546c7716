"""Messages in Slack: one thread a release, whose first message shows how it stands."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slipway.adapters.notifiers.slack_api import SlackCall, SlackRefusedError, not_sent
from slipway.adapters.notifiers.slack_people import SlackPeople
from slipway.adapters.notifiers.slack_text import fitting, headline_block, linked, plain, section
from slipway.adapters.notifiers.words import paragraphs
from slipway.domain.json_value import JsonObject
from slipway.domain.message import Message
from slipway.ports.messages import NotSentError, Receipt, Sending

EVENT = "slipway_message"
"""Type of the metadata by which a message is found again."""
_CANNOT_BE_CHANGED = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
SENDING_SECONDS = 60.0
"""For one message, which may take many calls: none is begun later."""
_PAGE, _PAGES = 200, 10
_CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much Slack's clock and the database's may differ."""


class SlackNotifier:
    """`Notifier` for one channel, by its id. The app must be a member of it."""

    def __init__(
        self,
        call: SlackCall,
        channel: str,
        people: SlackPeople | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slack = call
        self._monotonic = monotonic
        self._until = monotonic()
        self._channel = channel
        self._people = people or SlackPeople()

    def send(self, sending: Sending) -> Receipt:
        """Posts it, below the first message of its release, and in the channel too where everybody should notice it.

        One in doubt is looked for before it is posted again."""
        again = False
        self._until = self._monotonic() + SENDING_SECONDS
        if sending.in_doubt_since is not None:
            try:
                found = self._find(sending)
            except SlackRefusedError:
                again = True
            else:
                if found is not None:
                    return self._receipt(found, sending)
        return self._post(sending, again=again)

    def show(self, place: JsonObject, headline: str) -> None:
        """Changes the first message in place. One that somebody deleted has no headline any more."""
        below = [str(part) for part in place["below"]]
        arguments = {
            "channel": place["channel"],
            "ts": place["ts"],
            "text": "\n".join([fitting(headline), *below]),
            "blocks": [headline_block(headline), *map(section, below)],
        }
        try:
            self._slack("chat.update", arguments)
        except SlackRefusedError as refused:
            if refused.code not in _CANNOT_BE_CHANGED:
                raise not_sent(refused) from refused

    def _call(self, method: str, arguments: JsonObject) -> JsonObject:
        if self._monotonic() >= self._until:
            raise NotSentError(f"Slack answers slowly: {method} was not called any more after {SENDING_SECONDS:g} s")
        return self._slack(method, arguments)

    def _post(self, sending: Sending, *, again: bool) -> Receipt:
        arguments = self._content(sending, again=again)
        thread = sending.thread
        try:
            if thread is None:
                posted = self._call("chat.postMessage", arguments)
            else:
                below = {"thread_ts": thread["ts"], "reply_broadcast": sending.message.rings}
                posted = self._call("chat.postMessage", {**arguments, **below})
        except SlackRefusedError as refused:
            if thread is None or refused.code != "thread_not_found":
                raise not_sent(refused) from refused
            return self._post(replace(sending, thread=None), again=again)  # somebody deleted the thread's beginning
        return self._receipt(posted, sending)

    def _content(self, sending: Sending, *, again: bool) -> JsonObject:
        message, said = sending.message, paragraphs(sending, again=again)
        headline = message.headline if sending.thread is None else None
        called = self._calls(message)
        below = [*map(fitting, said), *called, *([linked(message.link)] if message.link else [])]
        return {
            "channel": self._channel,
            "text": "\n".join([plain([headline, *said] if headline else said, message.link), *called]),
            "blocks": [*([headline_block(headline)] if headline else []), *map(section, below)],
            "metadata": {"event_type": EVENT, "event_payload": {"key": message.key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def _receipt(self, posted: JsonObject, sending: Sending) -> Receipt:
        """Where it is and, for `show` has to write it again, what stands below its headline."""
        message = sending.message
        below = [fitting(message.text), *([linked(message.link)] if message.link else [])]
        return Receipt(
            place={"channel": self._channel, "ts": posted["ts"], "below": below},
            begins_thread=message.release_id is not None and sending.thread is None,
        )

    def _calls(self, message: Message) -> list[str]:
        """Those who should hear of it, in the one form that Slack rings for; whom it does not know is left out."""
        found = [self._people.find(self._call, address) for address in message.mentions]
        called = " ".join(f"<@{one}>" for one in dict.fromkeys(found) if one)
        return [f"For {called}"] if called else []

    def _find(self, sending: Sending) -> JsonObject | None:
        """The message, if it arrived. Raises SlackRefusedError where that cannot be told."""
        for one in self._written_since(sending):
            metadata = one.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT and payload.get("key") == sending.message.key:
                return one
        return None

    def _written_since(self, sending: Sending) -> Iterator[JsonObject]:
        assert sending.in_doubt_since is not None, "asked by whoever is in doubt"
        arguments: dict[str, Any] = {
            "channel": self._channel,
            "oldest": f"{(sending.in_doubt_since - _CLOCKS_DIFFER).timestamp():.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        method = "conversations.history"
        if sending.thread is not None:
            method, arguments["ts"] = "conversations.replies", sending.thread["ts"]
        for _ in range(_PAGES):
            page = self._call(method, arguments)
            yield from page.get("messages", ())
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor
        raise SlackRefusedError(method, "too_many_messages")
