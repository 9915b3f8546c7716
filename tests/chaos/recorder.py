"""Watches deploys from outside: a process of its own that nothing in Slipway or Airflow starts, kills or fools.

Every deploy holds a connection to it from begin to end. The kernel closes that connection when the process dies, so a
deploy that goes on although its task is dead is seen at work. Standard library only: it is run as a script.

First words on a connection: `BEGIN service environment version digest fencing`, at its end `END`;
`CURRENT service environment`; `REMOVE service environment fencing`; `LAST service environment seconds` (how long
deploys there last), `LEFT service environment seconds` (how long those at work still do);
`GATE service environment open|shut`; `EVENTS`. A `GET /service/environment` is a smoke request: it is refused while
the gate is shut.
"""

import asyncio
import json
import sys
import time
from typing import Any

Where = tuple[str, str]
NOTHING = {"digest": None, "version": None, "healthy": False}
SHORT = 0.2
_TICK = 0.05


class Recorder:
    """What runs where, and everything that was ever seen, in order."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._runs: dict[Where, dict[str, Any]] = {}
        self._fence: dict[Where, int] = {}
        self._lasts: dict[Where, float] = {}
        self._ends: dict[int, float] = {}
        self._places: dict[int, Where] = {}
        self._shut: set[Where] = set()
        self._deploys = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            word, *rest = (await reader.readline()).decode().split()
            if word == "BEGIN":
                await self._deploy(rest, reader, writer)
            elif word == "GET":
                await self._smoke(rest[0], reader, writer)
            elif word == "EVENTS":
                _say(writer, self.events)
            else:
                _say(writer, self._told(word, (rest[0], rest[1]), rest[2:]))
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
        self._deploys += 1
        number = self._deploys
        self._note("begin", where, deploy=number, fencing=int(fencing), version=version)
        self._runs[where] = NOTHING
        self._places[number] = where
        self._ends[number] = time.monotonic() + self._lasts.get(where, SHORT)
        last_word = asyncio.ensure_future(reader.readline())
        while not last_word.done() and time.monotonic() < self._ends[number]:
            await asyncio.wait([last_word], timeout=_TICK)
        _say(writer, {"over": True})
        try:
            ended = (await last_word).strip() == b"END"
        except ConnectionError:
            ended = False  # it died
        del self._places[number], self._ends[number]
        if ended:
            self._runs[where] = {"digest": digest, "version": version, "healthy": True}
        self._note("end" if ended else "cut", where, deploy=number)
        _say(writer, {"noted": True})

    async def _smoke(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass
        service, environment = path.strip("/").split("/")
        where = (service, environment)
        self._note("smoke", where)
        status = "503 Gate Is Shut" if where in self._shut else "200 OK"
        body = json.dumps(self._runs.get(where, NOTHING))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())

    def _told(self, word: str, where: Where, more: list[str]) -> Any:
        match word:
            case "CURRENT":
                return self._runs.get(where, NOTHING)
            case "REMOVE":
                self._runs.pop(where, None)
                self._note("remove", where, fencing=int(more[0]))
            case "LAST":
                self._lasts[where] = float(more[0])
            case "LEFT":
                self._lasts[where] = SHORT
                self._ends |= {n: time.monotonic() + float(more[0]) for n, at in self._places.items() if at == where}
            case "GATE" if more == ["shut"]:
                self._shut.add(where)
            case "GATE":
                self._shut.discard(where)
            case _:
                raise ValueError(word)
        return {"done": word}

    def _note(self, what: str, where: Where, **more: Any) -> None:
        self.events.append({"at": time.time(), "what": what, "service": where[0], "environment": where[1], **more})


def _say(writer: asyncio.StreamWriter, value: Any) -> None:
    writer.write(json.dumps(value).encode() + b"\n")


async def main() -> None:
    """Serves until its standard input is closed: it dies with whoever started it. Prints its port first."""
    server = await asyncio.start_server(Recorder().serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
