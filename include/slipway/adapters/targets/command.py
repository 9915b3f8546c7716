"""Any deploy tool with a command line (helm, kubectl, ansible): argument lists, never a shell."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.run import Finished, run_on_leash
from slipway.adapters.targets.waiting import seconds_until, wait_until_running
from slipway.catalogue.option_reader import Options, fill_in
from slipway.catalogue.target_options import CommandOptions
from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.json_value import JsonObject
from slipway.domain.masked import masked
from slipway.ports.outside.targets import DeployOrder, Running


class CommandTarget:
    """Runs one command to deploy, one to ask what runs, perhaps one to remove."""

    def __init__(self, options: Options) -> None:
        given = CommandOptions.read(options)
        options.check()
        self._deploy = given.deploy
        self._current = given.current
        self._remove = given.remove
        self._plain_digest = given.plain_digest
        self._stale_code = given.stale_exit_code
        self._question_seconds = given.current_seconds
        self._remove_seconds = given.remove_seconds
        self._also = given.pass_environment

    @staticmethod
    def from_options(values: JsonObject, state_folder: Path) -> "CommandTarget":
        """Options: see docs/reference/targets/command.md."""
        return CommandTarget(Options("command", values))

    def deploy(self, order: DeployOrder) -> None:
        """Runs the deploy command to its end, then asks until the target reports the digest as healthy."""
        values = {
            **_where(order.service, order.environment),
            "fencing": str(order.fencing),
            "version": order.artefact.version,
            "digest": order.artefact.digest,
            "folder": str(order.folder),
        }
        finished = self._run(
            self._deploy,
            values,
            seconds_until(order.deadline),
            {**order.environment_variables, "SLIPWAY_FENCING": str(order.fencing)},
            order.lock_fd,
        )
        self._check("deploy", finished, order.service, order.environment, order.fencing)
        wait_until_running(self, order)

    def current(self, service: str, environment: str) -> Running:
        """What the `current` command prints."""
        finished = self._run(self._current, _where(service, environment), self._question_seconds, {}, None)
        self._check("current", finished, service, environment, None)
        return self._read(finished.stdout)

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """Runs the `remove` command. Raises TargetError where none is configured."""
        if not self._remove:
            raise TargetError(
                f"{service} cannot be removed from {environment}: its target has no `remove` command. "
                "Remove it by hand and record that as a change."
            )
        values = {**_where(service, environment), "fencing": str(fencing)}
        finished = self._run(self._remove, values, self._remove_seconds, {"SLIPWAY_FENCING": str(fencing)}, None)
        self._check("remove", finished, service, environment, fencing)

    def _run(
        self,
        template: Sequence[str],
        values: dict[str, str],
        seconds: float,
        variables: dict[str, str],
        lock_fd: int | None,
    ) -> Finished:
        with tempfile.TemporaryDirectory(prefix="slipway-command-") as nowhere:
            return run_on_leash(
                [fill_in(part, values) for part in template],
                environment=child_environment(variables, also=self._also),
                cwd=Path(values.get("folder", nowhere)),
                seconds=seconds,
                lock_fd=lock_fd,
            )

    def _check(self, what: str, done: Finished, service: str, environment: str, fencing: int | None) -> None:
        if done.succeeded:
            return
        ended, of = done.ended, f"The {what} command of {service} in {environment}"
        if fencing is not None and ended.why == "exited" and ended.code == self._stale_code:
            raise StaleFenceError(f"{of} refused owner {fencing} as outdated. It said: {done.tail(hide=self._hide)}")
        reasons = {
            "exited": f"ended with code {ended.code}",
            "deadline": "was not done by its deadline and was ended with all its children",
            "not_started": f"could not be started ({ended.detail})",
        }
        raise TargetError(
            f"{of} {reasons.get(ended.why, f'was ended ({ended.why})')}. It said: {done.tail(hide=self._hide)}"
        )

    def _hide(self, text: str) -> str:
        return masked(text, {name: os.environ[name] for name in self._also if name in os.environ})

    def _read(self, said: str) -> Running:
        if self._plain_digest:
            digest = said.strip() or None
            return Running(digest=digest, version=None, healthy=digest is not None)
        try:
            facts = json.loads(said)
            return Running(
                digest=facts["digest"],
                version=facts.get("version"),
                healthy=facts.get("healthy") is True,
                detail=str(facts.get("detail", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TargetError(
                'The `current` command must print JSON like {"digest": …, "version": …, "healthy": true}; '
                f"it printed {said[:200]!r} ({error!r})."
            ) from error


def _where(service: str, environment: str) -> dict[str, str]:
    return {"service": service, "environment": environment}
