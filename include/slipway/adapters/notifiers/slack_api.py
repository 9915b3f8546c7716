"""How Slack's Web API is called, and what its refusals mean for messages."""

from collections.abc import Callable

from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import NotSentError

SlackCall = Callable[[str, JsonObject], JsonObject]
"""Calls a method of Slack's Web API once. Raises SlackRefusedError, or NotSentError where there is no proper answer."""

_PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Slack says of these that some of it may have been done."""
_ONLY_THIS_MESSAGE = frozenset(
    {"msg_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
    | {"invalid_arguments", "invalid_arg_name", "invalid_metadata_format", "metadata_too_large"}
    | {"markdown_text_conflict", "too_many_attachments", "message_limit_exceeded"}
)
"""Any other error (a token, a scope, a channel) would meet every message."""


class SlackRefusedError(SlipwayError):
    """`{"ok": false, "error": code}`."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"Slack refuses {method}: {code}{_what_to_do(code)}")
        self.code = code


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
