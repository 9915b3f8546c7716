"""Messages in Slack: one thread a release, whose first message shows how it stands."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slipway.adapters.notifiers.slack_text import fitting, headline_block, linked, plain, section
from slipway.adapters.notifiers.words import paragraphs
from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import NotSentError, Receipt, Sending

SlackCall = Callable[[str, JsonObject], JsonObject]
"""Calls a method of Slack's Web API once. Raises SlackRefusedError, or NotSentError where there is no proper answer."""

EVENT = "slipway_message"
"""Type of the metadata by which a message is found again."""
_PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Slack says of these that some of it may have been done."""
_ONLY_THIS_MESSAGE = frozenset(
    {"msg_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
    | {"invalid_arguments", "invalid_arg_name", "invalid_metadata_format", "metadata_too_large"}
    | {"markdown_text_conflict", "too_many_attachments", "message_limit_exceeded"}
)
"""Any other error (a token, a scope, a channel) would meet every message."""
_CANNOT_BE_CHANGED = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_PAGE, _PAGES = 200, 10
_CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much Slack's clock and the database's may differ."""


class SlackRefusedError(SlipwayError):
    """`{"ok": false, "error": code}`."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"Slack refuses {method}: {code}{_what_to_do(code)}")
        self.code = code


class SlackNotifier:
    """`Notifier` for one channel, by its id. The app must be a member of it."""

    def __init__(self, call: SlackCall, channel: str) -> None:
        self._call = call
        self._channel = channel

    def send(self, sending: Sending) -> Receipt:
        """Posts it, below the first message of its release; one in doubt is looked for before it is posted again."""
        again = False
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
            self._call("chat.update", arguments)
        except SlackRefusedError as refused:
            if refused.code not in _CANNOT_BE_CHANGED:
                raise not_sent(refused) from refused

    def _post(self, sending: Sending, *, again: bool) -> Receipt:
        arguments = self._content(sending, again=again)
        thread = sending.thread
        try:
            if thread is None:
                posted = self._call("chat.postMessage", arguments)
            else:
                posted = self._call("chat.postMessage", {**arguments, "thread_ts": thread["ts"]})
        except SlackRefusedError as refused:
            if thread is None or refused.code != "thread_not_found":
                raise not_sent(refused) from refused
            return self._post(replace(sending, thread=None), again=again)  # somebody deleted the thread's beginning
        return self._receipt(posted, sending)

    def _content(self, sending: Sending, *, again: bool) -> JsonObject:
        message, said = sending.message, paragraphs(sending, again=again)
        headline = message.headline if sending.thread is None else None
        below = [*map(fitting, said), *([linked(message.link)] if message.link else [])]
        return {
            "channel": self._channel,
            "text": plain([headline, *said] if headline else said, message.link),
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


def not_sent(refused: SlackRefusedError) -> NotSentError:
    """What its refusal means for a message, and for those after it."""
    return NotSentError(
        str(refused),
        way_is_down=refused.code not in _ONLY_THIS_MESSAGE,
        may_have_arrived=refused.code in _PERHAPS_DONE,
    )


def _what_to_do(code: str) -> str:
    advice = {
        "channel_not_found": "; look up the channel's id, and invite the app if the channel is private",
        "not_in_channel": "; invite the app to the channel",
        "is_archived": "; the channel is archived",
        "missing_scope": "; give the app the scopes of docs/how-to/announce-in-slack.md, and install it again",
    }
    tokens = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
    return "; put the app's token into the connection" if code in tokens else advice.get(code, "")
