"""Reads a target's options from the catalogue: every problem at once, nothing silently ignored."""

import difflib
import re
from collections.abc import Sequence

from slipway.domain.errors import TargetError
from slipway.domain.json_value import JsonObject

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Options:
    """The options of one target. Read them all, then call `check`."""

    def __init__(self, kind: str, values: JsonObject) -> None:
        self._kind = kind
        self._values = values
        self._known: list[str] = []
        self._problems: list[tuple[str, str]] = []

    def number(self, name: str, lowest: float, highest: float, default: float | None = None) -> float:
        """A number within bounds."""
        value = self._take(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        self._refuse(name, value, f"a number from {lowest:g} to {highest:g}")
        return lowest

    def optional_number(self, name: str, lowest: float, highest: float) -> float | None:
        """A number within bounds, or None where it is not given."""
        if name in self._values:
            return self.number(name, lowest, highest)
        self._known.append(name)
        return None

    def text(self, name: str, default: str | None = None, *, one_of: Sequence[str] = ()) -> str:
        """A text, perhaps one of a few."""
        value = self._take(name, default)
        if isinstance(value, str) and value and (not one_of or value in one_of):
            return value
        self._refuse(name, value, " or ".join(one_of) or "a text")
        return ""

    def optional_text(self, name: str) -> str | None:
        """A text, or None where it is not given."""
        if name in self._values:
            return self.text(name)
        self._known.append(name)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is not given."""
        value = self._take(name, [])
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(str(each) for each in value)
        self._refuse(name, value, "a list of texts")
        return ()

    def template(self, name: str, placeholders: Sequence[str], *, needed: bool = True) -> tuple[str, ...]:
        """A command as a list of arguments, with only these placeholders."""
        if name not in self._values and not needed:
            self._known.append(name)
            return ()
        parts = self.texts(name)
        if not parts and not self._values.get(name):
            self._refuse(name, self._values.get(name), "a list of arguments, the program first")
        self._check_placeholders(name, parts, placeholders)
        return parts

    def url(self, name: str, placeholders: Sequence[str], default: str | None = None) -> str:
        """An http or https address, with only these placeholders."""
        value = self.text(name, default)
        if value and not re.match(r"https?://[^/\s]+", value):
            self._refuse(name, value, "an address that begins with http:// or https://")
        self._check_placeholders(name, (value,), placeholders)
        return value

    def refuse(self, name: str, what: str) -> None:
        """Notes what is wrong with an option."""
        self._problems.append((name, what))

    def problems(self) -> Sequence[tuple[str, str]]:
        """Each wrong option, and what is wrong with it; to ask for once all are read."""
        return [*self._problems, *((name, self._unknown(name)) for name in self._values if name not in self._known)]

    def check(self) -> None:
        """Raises TargetError that lists every problem."""
        if found := "; ".join(f"option {name!r} {what}" for name, what in self.problems()):
            raise TargetError(f"The target {self._kind!r} is not configured right: {found}.")

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"is unknown.{hint} Known: {', '.join(sorted(self._known))}"

    def _take(self, name: str, default: object) -> object:
        self._known.append(name)
        return self._values.get(name, default)

    def _refuse(self, name: str, value: object, wanted: str) -> None:
        got = "is missing" if value is None else f"is {value!r}"
        self.refuse(name, f"{got}; it must be {wanted}")

    def _check_placeholders(self, name: str, parts: Sequence[str], allowed: Sequence[str]) -> None:
        unknown = {found for part in parts for found in _PLACEHOLDER.findall(part)} - set(allowed)
        if unknown:
            shown = ", ".join("{" + each + "}" for each in allowed)
            self.refuse(name, f"has unknown placeholders {sorted(unknown)}; known here: {shown}")


def fill_in(text: str, values: dict[str, str]) -> str:
    """Replaces the known placeholders and leaves every other brace alone (a jsonpath, say)."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
