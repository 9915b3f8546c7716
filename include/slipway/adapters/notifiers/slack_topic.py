"""The topic of a Slack channel."""

from slipway.adapters.notifiers.slack_api import SlackCall, SlackRefusedError, not_sent


class SlackTopic:
    """`ChannelTopic` for one channel, by its id. The app must be a member of it."""

    def __init__(self, call: SlackCall, channel: str) -> None:
        self._call = call
        self._channel = channel

    def read(self) -> str:
        """As Slack has it: mentions and links are in its own notation."""
        try:
            found = self._call("conversations.info", {"channel": self._channel})
        except SlackRefusedError as refused:
            raise not_sent(refused) from refused
        return str(((found.get("channel") or {}).get("topic") or {}).get("value") or "")

    def write(self, topic: str) -> None:
        """Replaces it."""
        try:
            self._call("conversations.setTopic", {"channel": self._channel, "topic": topic})
        except SlackRefusedError as refused:
            raise not_sent(refused) from refused
