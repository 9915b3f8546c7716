"""What a report in JUnit's XML says, as pytest, cucumber and k6 write it: counts, and the first test that failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from slipway.domain.masked import Hide

LARGEST = 20 * 1024 * 1024
"""Bytes; whoever writes more is told so."""
_SHOWN = 300
_WRONG = ("failure", "error")


class UnreadableReportError(Exception):
    """The text says why."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Tests that ran, those of them that failed, and those that were left out."""

    ran: int
    failed: int
    skipped: int
    first: str = ""
    """Name and first words of the first that failed."""

    def __str__(self) -> str:
        left_out = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.ran} tests, {self.failed} failed{left_out}" + (f"; {self.first}" if self.first else "")


def read_report(file: Path, hide: Hide) -> Report:
    """Raises UnreadableReportError. Whatever is quoted of it goes through `hide` before it is cut.

    What defines entities of its own is refused: it may be made to grow without end.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise UnreadableReportError(f"its report is larger than {LARGEST} bytes")
        content = file.read_bytes()
        if b"\0" in content:
            raise UnreadableReportError("its report is not in UTF-8")  # definitions could hide in it
        if b"<!" in content.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
            raise UnreadableReportError("its report has a definition of document type, which no JUnit report needs")
        cases = list(ET.fromstring(content).iter("testcase"))  # noqa: S314 - no definitions, and bounded
    except OSError as error:
        raise UnreadableReportError("it wrote no report") from error
    except ET.ParseError as error:
        raise UnreadableReportError(f"its report is no XML ({error})") from error
    skipped = [case for case in cases if case.find("skipped") is not None]
    wrong = [hide(one)[:_SHOWN] for one in _wrong(cases)]
    return Report(
        ran=len(cases) - len(skipped), failed=len(wrong), skipped=len(skipped), first=wrong[0] if wrong else ""
    )


def _wrong(cases: list[ET.Element]) -> Iterator[str]:
    for case in cases:
        found = next((part for kind in _WRONG if (part := case.find(kind)) is not None), None)
        if found is not None:
            name = " ".join(part for part in (case.get("classname"), case.get("name")) if part)
            said = " ".join((found.get("message") or found.text or "no message").split())
            yield f"{name}: {said}"
