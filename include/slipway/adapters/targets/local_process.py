"""A real process per service and environment on this machine, replaced artefact by artefact."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slipway.adapters.targets.local.health import ask_health
from slipway.adapters.targets.local.process import command_of, run, stop
from slipway.adapters.targets.local.state import Place, Record
from slipway.catalogue.option_reader import Options
from slipway.catalogue.target_options import LocalProcessOptions
from slipway.domain.errors import TargetError
from slipway.domain.json_value import JsonObject
from slipway.ports.outside.targets import DeployOrder, Running

_REMOVE_PATIENCE = timedelta(seconds=30)


class LocalProcessTarget:
    """Starts the artefact on `port` and knows it by process number and start time."""

    def __init__(self, state_folder: Path, *, port: int, command: tuple[str, ...] = ()) -> None:
        self._state_folder = state_folder
        self._port = port
        self._command = command

    @staticmethod
    def from_options(values: JsonObject, state_folder: Path) -> "LocalProcessTarget":
        """Options: `port` (needed), `command` (else the artefact's own `service.json` says it)."""
        options = Options("local_process", values)
        given = LocalProcessOptions.read(options)
        options.check()
        return LocalProcessTarget(state_folder, port=given.port, command=given.command)

    def deploy(self, order: DeployOrder) -> None:
        """Stops what runs, starts the artefact, returns when `/health` answers with its digest."""
        try:
            self._replace(order)
        except OSError as error:
            raise TargetError(
                f"{order.service} {order.artefact.version} could not be deployed to {order.environment}: {error}. "
                "Check the disk and the state folder, then retry."
            ) from error

    def _replace(self, order: DeployOrder) -> None:
        place = self._place(order.service, order.environment)
        with place.locked(order.deadline) as lock:
            place.raise_fence(order.fencing)
            command = command_of(order.folder, self._command)
            incoming = place.bring_in(order.artefact.digest, order.folder)
            stop(place.record())
            _must_be_free(self._port, order.service, order.environment)
            wanted = Record(
                service=order.service,
                environment=order.environment,
                version=order.artefact.version,
                digest=order.artefact.digest,
                fencing=order.fencing,
                folder=str(place.put_in_place(incoming)),
                port=self._port,
                command=command,
                pid=0,
                start=None,
                keeper=0,
                keeper_start=None,
            )
            held = [lock] if order.lock_fd is None else [lock, order.lock_fd]
            run(place, wanted, order.environment_variables, order.deadline, held)

    def current(self, service: str, environment: str) -> Running:
        """What answers on the port, compared with the process that was recorded."""
        record = self._place(service, environment).record()
        health = ask_health(self._port)
        if record is not None and record.alive:
            return Running(
                digest=health.digest or record.digest,
                version=health.version or record.version,
                healthy=health.ok and health.digest == record.digest,
                detail=health.detail,
            )
        if health.digest is not None:
            stranger = f"port {self._port} is answered by a process that this platform did not start"
            return Running(digest=health.digest, version=health.version, healthy=False, detail=stranger)
        if record is None:
            return Running(digest=None, version=None, healthy=False, detail="nothing was deployed")
        gone = f"process {record.pid} has ended; deploy again, or `make up` starts it again"
        return Running(digest=record.digest, version=record.version, healthy=False, detail=gone)

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """Stops the process and forgets it; the fence stays. Raises StaleFenceError for an outdated owner."""
        place = self._place(service, environment)
        with place.locked(datetime.now(UTC) + _REMOVE_PATIENCE):
            place.raise_fence(fencing)
            stop(place.record())
            place.forget()

    def _place(self, service: str, environment: str) -> Place:
        return Place(self._state_folder, environment, service)


def _must_be_free(port: int, service: str, environment: str) -> None:
    """Our own process is stopped by now: whoever still listens is a stranger."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise TargetError(
                f"Port {port} of {service} in {environment} is taken by another program ({error.strerror}). "
                "Stop that program, or give the service another port in its catalogue file; then retry."
            ) from error
