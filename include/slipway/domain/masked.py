"""Texts without the secrets that may stand in them, for whoever reads the log years later."""

import re
from collections.abc import Iterator, Mapping

HIDDEN = "***"
SHORTEST = 6
"""Characters of a secret: fewer are found in ordinary words, and hide them."""
_LOGIN = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_NAMED = re.compile(r"(?i)\b((?:password|passwd|pwd|secret|token|api_?key)[\"']?\s*[=:]\s*)[\"']?[^\s,;&\"')]+[\"']?")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|FERNET|_KEY$|_SEED$")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def masked(text: str, environment: Mapping[str, str]) -> str:
    """The text without logins in addresses, what is called a password or token, and the environment's own secrets."""
    for secret in sorted(set(_secrets(environment)), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _LOGIN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        found = [value] if _SECRET_NAME.search(name) else _PASSWORD.findall(value)
        yield from (secret for secret in found if len(secret) >= SHORTEST)
