"""Watches deploys from outside: a process of its own that nobody in Slipway or Airflow can kill or fool.

Every deploy holds a connection to it from begin to end. The kernel closes that connection when the process dies, so
a deploy that goes on although its task is dead is seen at work. Standard library only: it is run as a script.

Words on a connection: `BEGIN service environment version digest fencing`, then `END`; `CURRENT service environment`;
`REMOVE service environment fencing`; `PACE service environment seconds`; `GATE service environment open|shut`;
`EVENTS`. A `GET /service/environment` is a smoke request.
"""

import asyncio
import json
import time
from typing import Any

Where = tuple[str, str]


class Recorder:
    """What runs where, and everything that was ever seen, in order."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._runs: dict[Where, dict[str, Any]] = {}
        self._fence: dict[Where, int] = {}
        self._pace: dict[Where, float] = {}
        self._shut: set[Where] = set()
        self._number = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            word, *rest = (await reader.readline()).decode().split()
            if word == "BEGIN":
                await self._deploy(rest, reader, writer)
            elif word == "GET":
                await self._smoke(rest[0], reader, writer)
            else:
                _say(writer, getattr(self, f"_{word.lower()}")(*rest))
            await writer.drain()
        except (ConnectionError, ValueError):
            pass  # whoever asked is gone
        finally:
            writer.close()

    async def _deploy(self, words: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        service, environment, version, digest, fencing = words
        where = (service, environment)
        if int(fencing) < self._fence.get(where, 0):
            self._note("stale", where, fencing=int(fencing))
            _say(writer, {"stale": True})
            return
        self._fence[where] = int(fencing)
        self._number += 1
        number = self._number
        self._note("begin", where, deploy=number, fencing=int(fencing), version=version)
        self._runs[where] = {"digest": None, "version": None, "healthy": False}
        _say(writer, {"seconds": self._pace.get(where, 0.2)})
        last = b""
        try:
            last = await reader.readline()
        except ConnectionError:
            pass  # died: what counts is that it did not say END
        if last.strip() == b"END":
            self._runs[where] = {"digest": digest, "version": version, "healthy": True}
            _say(writer, {"noted": True})
        self._note("end" if last.strip() == b"END" else "cut", where, deploy=number)

    async def _smoke(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass
        service, environment = path.strip("/").split("/")
        where = (service, environment)
        self._note("smoke", where)
        status = "503 Gate Is Shut" if where in self._shut else "200 OK"
        body = json.dumps(self._current(*where))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())

    def _current(self, service: str, environment: str) -> dict[str, Any]:
        return self._runs.get((service, environment), {"digest": None, "version": None, "healthy": False})

    def _remove(self, service: str, environment: str, fencing: str) -> dict[str, Any]:
        self._runs.pop((service, environment), None)
        self._note("remove", (service, environment), fencing=int(fencing))
        return {"removed": True}

    def _pace_of(self, where: Where, seconds: float) -> None:
        self._pace[where] = seconds

    def _pace_(self) -> None: ...

    def _gate(self, service: str, environment: str, state: str) -> dict[str, Any]:
        where = (service, environment)
        self._shut.add(where) if state == "shut" else self._shut.discard(where)
        return {"gate": state}

    def _events(self) -> list[dict[str, Any]]:
        return self.events

    def _note(self, what: str, where: Where, **more: Any) -> None:
        self.events.append({"at": time.time(), "what": what, "service": where[0], "environment": where[1], **more})


def _say(writer: asyncio.StreamWriter, value: Any) -> None:
    writer.write(json.dumps(value).encode() + b"\n")
