"""Texts without the secrets that may stand in them, for whoever reads the log years later.

Mask first, cut afterwards: half a secret is found by nobody, and is one too.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import accumulate

from slipway.domain.readings import merged, readings
from slipway.domain.storable import storable

Hide = Callable[[str], str]
"""Takes the secrets out of a text."""
HIDDEN = "***"
SHORTEST = 6
"""Characters of a secret: fewer are found in ordinary words, and hide them."""
_IN_LOGIN = r"(?:(?!://)[^\s\"'<>]){0,500}"
_LOGIN = re.compile(rf"(?<=://)(?:[^/\s@:\[\"'<>]{{0,200}}+:(?!\d{{1,5}}/){_IN_LOGIN}|[^/\s\"'<>]{{1,500}})(?=@)")
"""To the last `@` after a password, for people leave `@` and `/` in them as they are; a port is no password."""
_NAME = r"(?:password|passwd|passphrase|pwd|secret|token|(?:api|access|secret|private)[_-]?key)"
_QUOTED = r"""\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|\\++\"[^\"\\\n]*+\\*+\"?|\\++'[^'\\\n]*+\\*+'?"""
_NAMED = re.compile(rf"(?i)({_NAME}\\*+[\"']?\s*+[=:]\s*+)(?:{_QUOTED}|[^\s,;&\"')]+)")
_SCHEME = r"(?:basic|bearer|token|digest|negotiate|api-?key)"
_AUTHORIZATION = re.compile(rf"(?i)(authorization\\*+[\"']?\s*+[=:]\s*+\\*+[\"']?(?:{_SCHEME}[ \t]++)?+)[^\s,;\"'\\]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|FERNET|_KEY$|_SEED$")
_PASSWORDS = (
    re.compile(r"://[^/\s:@]{0,200}+:([^/\s@]+)@"),
    re.compile(rf"://[^/\s:@]{{0,200}}+:(?!\d{{1,5}}/)({_IN_LOGIN})@"),
)
"""To the first `@` and to the last; any between may be its end as well."""


def without(text: str, secrets: Collection[str]) -> str:
    """The text without these, as they are, and as JSON, HTML and addresses have them."""
    wanted = set(map(storable, secrets)) - {""}
    if not wanted:
        return text
    shown: list[str] = []
    done = 0
    for start, end in merged(span for reading in readings(text) for one in wanted for span in reading.spans(one)):
        shown += text[done:start], HIDDEN
        done = end
    return "".join(shown) + text[done:]


def masked(text: str, environment: Mapping[str, str]) -> str:
    """The text without logins in addresses, what is called a password or token, and the environment's own secrets."""
    text = without(text, set(_secrets(environment)))
    text = _LOGIN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _AUTHORIZATION.sub(rf"\1{HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        in_addresses = (
            part for one in _PASSWORDS for password in one.findall(value) for part in _up_to_each_at(password)
        )
        found = [value] if _SECRET_NAME.search(name) else in_addresses
        yield from (secret for secret in found if len(secret) >= SHORTEST)


def _up_to_each_at(password: str) -> Iterator[str]:
    yield from accumulate(password.split("@"), lambda before, part: f"{before}@{part}")
