"""The test's end of the recorder, and what must never be seen in it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]
LIVE_PATH = frozenset({"preprod", "prod"})


class Watch:
    """Starts the recorder and talks to it."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("recorder.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None, "asked for above"
        self.port = int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends the recorder."""
        self._process.communicate(timeout=10)

    def events(self, service: str | None = None, environment: str | None = None) -> list[dict[str, Any]]:
        """Everything seen, perhaps of one service and environment only."""
        return [
            event
            for event in self._ask("EVENTS")
            if service in {None, event["service"]} and environment in {None, event["environment"]}
        ]

    def seen(self, what: str, service: str, environment: str) -> list[dict[str, Any]]:
        """The events of one kind in one place."""
        return [event for event in self.events(service, environment) if event["what"] == what]

    def lasts(self, service: str, environment: str, seconds: float) -> None:
        """How long deploys there last from now on."""
        self._ask(f"LAST {service} {environment} {seconds}")

    def ends_in(self, service: str, environment: str, seconds: float) -> None:
        """How long deploys that are at work there still last; later ones are short again."""
        self._ask(f"LEFT {service} {environment} {seconds}")

    def shut(self, service: str, environment: str) -> None:
        """Smoke requests there are refused from now on: the smoke task goes on asking."""
        self._ask(f"GATE {service} {environment} shut")

    def open(self, service: str, environment: str) -> None:
        """Smoke requests there are answered again."""
        self._ask(f"GATE {service} {environment} open")

    def _ask(self, words: str) -> Any:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"{words}\n".encode())
            with connection.makefile() as answer:
                return json.loads(answer.readline())


def at_once(events: Iterable[Event]) -> list[tuple[Event, Event]]:
    """Pairs of deploys of which the second began while the first was at work."""
    at_work: dict[int, Event] = {}
    pairs: list[tuple[Event, Event]] = []
    for event in events:
        if event["what"] == "begin":
            pairs.extend((other, event) for other in at_work.values())
            at_work[event["deploy"]] = event
        elif event["what"] in {"end", "cut"}:
            del at_work[event["deploy"]]
    return pairs


def overlaps(events: Sequence[Event]) -> list[tuple[Event, Event]]:
    """Two deploys at once in one place, or two on the live path, whatever the services."""
    places = {(event["service"], event["environment"]) for event in events}
    pairs = at_once([event for event in events if event["environment"] in LIVE_PATH])
    for service, environment in places:
        pairs += at_once([e for e in events if (e["service"], e["environment"]) == (service, environment)])
    return pairs
