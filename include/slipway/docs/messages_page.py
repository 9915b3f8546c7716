"""`docs/reference/messages.md`: what people are told, when, and where."""

from collections.abc import Iterator
from functools import partial
from inspect import cleandoc
from types import ModuleType

from slipway.docs.message_samples import SAMPLES
from slipway.docs.pages import GENERATED
from slipway.domain.message import Message
from slipway.domain.messages import SUBJECTS

_INTRO = """\
# What people are told

Every message, with invented names and numbers: the channel that it is told in, its key, and its text. Which ways the
channels `deploy`, `approvals`, `page` and `evidence` go is configured as
[Announce in Slack, by e-mail or to a webhook](../how-to/announce-in-slack.md) shows. There is one message of a key,
however often something happens; those of a release stand together, below a headline that says how it stands.
`slipway messages` lists those that were told.
"""


def messages_page() -> str:
    """The page, subject by subject."""
    return GENERATED + _INTRO + "".join(map(_chapter, SUBJECTS))


def _chapter(subject: ModuleType) -> str:
    told = dict.fromkeys(sample.func for sample in SAMPLES if sample.func.__module__ == subject.__name__)
    samples = {function: [sample for sample in SAMPLES if sample.func is function] for function in told}
    return f"\n## {_first_line(subject)}\n" + "".join(
        f"\n### {_first_line(function)}\n" + "".join(map(_shown, calls)) for function, calls in samples.items()
    )


def _first_line(documented: object) -> str:
    return cleandoc(documented.__doc__ or "").partition("\n")[0].removesuffix(".")


def _shown(sample: partial[Message]) -> str:
    message = sample()
    quoted = "\n".join(f"> {line}" for line in message.text.splitlines())
    return "\n" + "\n".join(f"- {fact}" for fact in _facts(message)) + f"\n\n{quoted}\n"


def _facts(message: Message) -> Iterator[str]:
    of_release = f", of release `{message.release_id}`" if message.release_id else ""
    yield f"in `{message.channel}`, as `{message.key}`{of_release}"
    if message.headline:
        yield f"headline: {message.headline}"
    if message.rings and message.release_id:
        yield "seen in the channel too, not only below the release's first message"
    if message.link:
        yield f"link: {message.link.label}, `{message.link.url}`"
    if message.mentions:
        yield f"calls: {', '.join(message.mentions)}"
