"""Security releases: what everybody reads is a reference; its texts are for the disclosure group until published."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from slipway.domain.artefact_name import NAME
from slipway.domain.json_value import sha256_of

LONGEST_WORD = 100
WORDS_OF_A_NAME = 3
JOINED = 2
"""Words that a reference may be joined of, as in `order-page`: more of them begin to tell."""
JOINED_IN_A_NAME = 4
NAMES = frozenset({"for team", "attended by", "proof in"})
"""Fields that name a team, a person or an environment."""
_SPOKEN = re.compile(r"[^\W\d_]{3,}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ADDRESS = re.compile(r"https?://[^\s/?#]+")
_MAILBOX = re.compile(r"([^@\s]+)@[A-Za-z0-9.-]+")
_REFERENCE = re.compile(r"SEC-[1-9][0-9]*")
NOT_BY_HAND = (
    "a change by hand that must not be known yet is not supported: everybody can read what it says. Release a version"
    " of the service with `slipway release … --kind security`, or wait with the change until it may be known"
)
_NEEDS = re.compile(r"[\w.+-]+=[\w.+-]+(\s*,\s*[\w.+-]+=[\w.+-]+)*")
_OF_A_NEED = re.compile(r"[=,]")


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """The texts of a security release, fixed when they are filed. `release_id` None: not asked for yet."""

    reference: str
    service: str
    summary: str
    rollback_plan: str
    salt: str
    """Makes short texts impossible to guess from their fingerprint."""
    filed_by: str
    filed_at: datetime
    release_id: str | None
    published_by: str | None

    @property
    def fingerprint(self) -> str:
        """What the log keeps from the first: whoever is shown the texts later can tell that they are these."""
        return fingerprint(self.salt, self.summary, self.rollback_plan)


def fingerprint(salt: str, summary: str, rollback_plan: str) -> str:
    """Hex SHA-256 of the texts with their salt, as canonical JSON."""
    return sha256_of({"salt": salt, "summary": summary, "rollback_plan": rollback_plan})


def is_reference(text: str) -> bool:
    """Whether this is a reference to filed texts and nothing else."""
    return _REFERENCE.fullmatch(text) is not None


def tells_too_much(summary: str, rollback_plan: str, needs: str, words: Mapping[str, str]) -> Iterator[str]:
    """Names of the fields of a security release that may say what nobody should know yet; `words`: one word each."""
    if not is_reference(summary):
        yield "summary"
    if not is_reference(rollback_plan) or (is_reference(summary) and rollback_plan != summary):
        yield "rollback plan"
    if needs and (_NEEDS.fullmatch(needs.strip()) is None or not all(map(is_name, _OF_A_NEED.split(needs)))):
        yield "needs"
    for name, text in words.items():
        if not _FITS.get(name, is_name if name in NAMES else is_word)(text):
            yield name


def is_version(text: str) -> bool:
    """Whether it may name a version, or names none: no sentence, however its words are joined."""
    return not text or (NAME.fullmatch(text) is not None and is_name(text))


def is_of_a_run(run_id: str, *usual: str) -> bool:
    """Whether a run may be called so; `usual`: service and version, of which a run's name is often made."""
    rest = run_id
    for name in usual:
        rest = rest.replace(name, " ", 1) if name else rest
    return _RUN.fullmatch(run_id) is not None and joined_words(rest) <= JOINED


_RUN = re.compile(r"[A-Za-z0-9_.:+-]{0,120}")
_FITS = {"version": is_version}


def is_word(text: str) -> bool:
    """Whether it is a reference: short, without spaces, and no sentence joined by hyphens or the like.

    What an address says after its host may be twice as long, two words between slashes at most."""
    if len(text) > LONGEST_WORD or len(text.split()) > 1:
        return False
    address = _ADDRESS.match(text.strip())
    if address is None:
        return joined_words(text) <= JOINED
    parts = [joined_words(part) for part in text.strip()[address.end() :].split("/")]
    return max(parts) <= JOINED and sum(parts) <= 2 * JOINED


def is_name(text: str, words: int = 1) -> bool:
    """Whether it may name a person, team, environment, service or version; `words`: with so many between spaces."""
    mailbox = _MAILBOX.fullmatch(text.strip())
    spoken = mailbox[1] if mailbox else text
    return len(text) <= LONGEST_WORD and len(text.split()) <= words and joined_words(spoken) <= JOINED_IN_A_NAME


def joined_words(text: str) -> int:
    """How many words of three letters or more are in it, whatever stands between them."""
    return len(_SPOKEN.findall(_CAMEL.sub(" ", text)))


def how_to_answer_with_less(comment: str, looked_by: str, looked_at: str) -> str | None:
    """Why an answer about a security release tells too much; None where it does not. It repeats nothing of it."""
    told = {"comment": is_word(comment), "looked at": is_word(looked_at)}
    told |= {"looked by": is_name(looked_by, WORDS_OF_A_NAME)}
    fields = [name for name, is_short in told.items() if not is_short]
    if not fields:
        return None
    return (
        "everybody can read an answer, so about a security release it says no more than a reference without spaces,"
        f" such as its SEC-… number, or nothing. Too much is said in: {', '.join(fields)}. Who looked is a name; words"
        " joined by hyphens are words"
    )


def how_to_say_less(fields: list[str]) -> str:
    """For refusals; it repeats nothing of what was said."""
    return (
        "everybody can read a run's form, so a security release says there no more than a reference. Too much is said"
        f" in: {', '.join(fields)}. `slipway release … --kind security` files the texts by itself. With the form, file"
        " them first (POST /slipway/api/disclosures), and put the SEC-… number that you get into both What changes and"
        " If it goes wrong. A ticket is a number or an address, without spaces"
        " or sentences joined by hyphens; a run id has at most 120 letters, digits and . _ : + -, and says no more than"
        " service and version; a version is one that was built"
    )
