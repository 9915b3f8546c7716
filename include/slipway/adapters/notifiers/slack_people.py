"""Who somebody is in Slack, by mail address: remembered for an hour, so that it is not asked with every message."""

import time

from slipway.adapters.notifiers.slack_api import SlackCall, SlackRefusedError

REMEMBERED_SECONDS = 3600.0


class SlackPeople:
    """What is known of them, in one process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str | None]] = {}

    def find(self, call: SlackCall, address: str) -> str | None:
        """The user's id; None where Slack knows nobody of that address, or the app may not ask. Raises NotSentError."""
        asked_at, found = self._known.get(address, (0.0, None))
        now = time.monotonic()
        if asked_at and now - asked_at < REMEMBERED_SECONDS:
            return found
        try:
            answer = call("users.lookupByEmail", {"email": address})
            found = str((answer.get("user") or {}).get("id") or "") or None
        except SlackRefusedError:
            found = None
        self._known[address] = (now, found)
        return found
