"""Text for Slack: what people wrote stays text, and fits. https://docs.slack.dev/messaging/formatting-message-text"""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.domain.message import Link

LONGEST_SECTION = 3000
"""Characters of a section of Block Kit."""
LONGEST_LABEL = 200
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def escaped(text: str) -> str:
    """Without the three characters by which Slack knows mentions, links and commands."""
    for character, entity in _ESCAPES:
        text = text.replace(character, entity)
    return text


def fitting(text: str, longest: int = LONGEST_SECTION) -> str:
    """Escaped, and shortened where it would be too long; the whole is in the release log."""
    whole = escaped(text)
    while len(whole) > longest:
        text = text[: len(text) * (longest - 2) // len(whole)]
        whole = escaped(text.rstrip()) + " …"
    return whole


def section(text: str) -> JsonObject:
    """One paragraph of text that is escaped already; Slack looks for no names or addresses in it."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def headline_block(headline: str) -> JsonObject:
    """How a release stands."""
    return section(f"*{fitting(headline.replace('*', ' '), LONGEST_SECTION - 2)}*")


def linked(link: Link) -> str:
    """A link in the text. A button would show a warning sign to everybody, unless something of ours, reachable from
    Slack, acknowledged each click (https://github.com/slackapi/node-slack-sdk/issues/869)."""
    url = escaped(link.url).replace("|", "%7C")
    return f"*<{url}|{fitting(link.label, LONGEST_LABEL).replace('|', '/')}>*"


def plain(paragraphs: Sequence[str], link: Link | None) -> str:
    """The same without Block Kit: for notifications, screen readers and old clients."""
    addresses = [] if link is None else [f"{fitting(link.label, LONGEST_LABEL)}: {escaped(link.url)}"]
    return "\n".join([*map(fitting, paragraphs), *addresses])
