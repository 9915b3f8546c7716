"""Texts without the secrets that may stand in them, for whoever reads the log years later.

Mask first, cut afterwards: half a secret is found by nobody, and is one too.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from slipway.domain.readings import merged, readings
from slipway.domain.storable import storable

Hide = Callable[[str], str]
"""Takes the secrets out of a text."""
HIDDEN = "***"
SHORTEST = 6
"""Characters of a secret: fewer are found in ordinary words, and hide them."""
_LOGIN = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_NAMED = re.compile(r"(?i)\b((?:password|passwd|pwd|secret|token|api_?key)[\"']?\s*[=:]\s*)[\"']?[^\s,;&\"')]+[\"']?")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|FERNET|_KEY$|_SEED$")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def without(text: str, secrets: Collection[str]) -> str:
    """The text without these, as they are, and as JSON, HTML and addresses have them."""
    wanted = set(map(storable, secrets)) - {""}
    if not wanted:
        return text
    shown, done = [], 0
    for start, end in merged(span for reading in readings(text) for one in wanted for span in reading.spans(one)):
        shown += text[done:start], HIDDEN
        done = end
    return "".join(shown) + text[done:]


def masked(text: str, environment: Mapping[str, str]) -> str:
    """The text without logins in addresses, what is called a password or token, and the environment's own secrets."""
    text = without(text, set(_secrets(environment)))
    text = _LOGIN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        found = [value] if _SECRET_NAME.search(name) else _PASSWORD.findall(value)
        yield from (secret for secret in found if len(secret) >= SHORTEST)
