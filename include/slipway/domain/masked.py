"""Texts without the secrets that may stand in them, for whoever reads the log years later.

Mask first, cut afterwards: half a secret is found by nobody, and is one too.
"""

import html
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache

Hide = Callable[[str], str]
"""Takes the secrets out of a text."""
HIDDEN = "***"
SHORTEST = 6
"""Characters of a secret: fewer are found in ordinary words, and hide them."""
_BACKSLASH, _BACKSLASHES = "\\", r"\\+"
_LOGIN = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_NAMED = re.compile(r"(?i)\b((?:password|passwd|pwd|secret|token|api_?key)[\"']?\s*[=:]\s*)[\"']?[^\s,;&\"')]+[\"']?")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|FERNET|_KEY$|_SEED$")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def without(text: str, secrets: Collection[str]) -> str:
    """The text without these, as they are, and as JSON, HTML and addresses have them."""
    for secret in sorted(filter(None, set(secrets)), key=len, reverse=True):
        text = _in_any_form(secret).sub(HIDDEN, text)
    return text


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


@lru_cache(maxsize=256)
def _in_any_form(secret: str) -> re.Pattern[str]:
    """Whoever writes it in another form chooses which of its characters to change: each may have any form.

    The longest first, for one may begin as another does: `&amp;` is not `&`."""
    return re.compile("".join(f"(?:{'|'.join(map(_exactly, _longest_first(one)))})" for one in secret))


def _longest_first(character: str) -> list[str]:
    return sorted(dict.fromkeys(_forms(character)), key=len, reverse=True)


def _forms(character: str) -> Iterator[str]:
    yield character
    yield html.escape(character)
    yield from (json.dumps(character, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    yield "".join(f"\\u{unit:04x}" for unit in _units_of_16_bits(character))
    yield "".join(f"%{byte:02x}" for byte in character.encode(errors="surrogatepass"))
    if character in {" ", "/"}:
        yield {" ": "+", "/": "\\/"}[character]


def _units_of_16_bits(character: str) -> Iterator[int]:
    encoded = character.encode("utf-16-be", errors="surrogatepass")
    return (int.from_bytes(encoded[at : at + 2]) for at in range(0, len(encoded), 2))


def _exactly(form: str) -> str:
    """Once or more: text in JSON in JSON has more backslashes. Hexadecimal digits count in capitals too."""
    if form.startswith("%"):
        return f"(?i:{form.replace('%', '%(?:25)*')})"
    if form.startswith("\\u"):
        return f"(?i:{form.replace(_BACKSLASH, _BACKSLASHES)})"
    return f"{_BACKSLASHES}{re.escape(form[1:])}" if form.startswith(_BACKSLASH) else re.escape(form)
