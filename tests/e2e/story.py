"""One release as people live through it: asked for, answered, stopped, tried again, over REST; read from the log."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from sqlalchemy import Engine, text

from slipway.domain.grant import Step
from slipway.platform.client import PlatformClient, wait_for
from slipway.platform.errors import PlatformError
from slipway.use_cases.change_stages import CHANGE_DAG
from tests.e2e.recorder import Recorder
from tests.e2e.scenery import Scenery
from tests.running_platform import RunningPlatform

PATIENCE = 900.0
"""Seconds: many releases share two cores and one lane."""
Row = dict[str, Any]
Found = TypeVar("Found")
_number = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who plays which part."""

    releaser: str
    colleague: str
    senior: str
    other_senior: str
    manager: str


GREETING = Team(releaser="gus", colleague="gina", senior="sofia", other_senior="seth", manager="greta")
ORDERING = Team(releaser="rita", colleague="rob", senior="sam", other_senior="sue", manager="mona")
FORMS = Team(releaser="finn", colleague="faye", senior="selma", other_senior="stan", manager="fiona")


@dataclass
class Scene:
    """Where a story plays: the platform, what its targets saw, and the release database."""

    platform: RunningPlatform
    scenery: Scenery
    recorder: Recorder
    engine: Engine
    runs: list["Run"] = field(default_factory=list)

    def client(self, person: str) -> PlatformClient:
        """REST as this person; stories run in threads, and share one client a person."""
        return self.platform.client(person)

    def rows(self, statement: str, **values: object) -> list[Row]:
        """Reads the release database."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def log(self, **wanted: object) -> list[Row]:
        """Log entries by the values of their columns, in order; `payload` is read."""
        where = " AND ".join(f"{column} = :{column}" for column in wanted) or "true"
        found = self.rows(f"SELECT * FROM log WHERE {where} ORDER BY seq", **wanted)  # noqa: S608 - our own names
        return [{**row, "payload": json.loads(row["payload"])} for row in found]

    def ask(self, service: str, version: str, *, team: Team = GREETING, by: str | None = None, **form: object) -> "Run":
        """Fills in the release form."""
        texts = {"summary": f"Bring {service} {version}", "rollback_plan": "The version before comes back by itself."}
        return self.trigger(service, {"version": version, **texts, **form}, team=team, by=by)

    def trigger(
        self, service: str, form: Mapping[str, object], *, team: Team = GREETING, by: str | None = None
    ) -> "Run":
        """Sends a form as it is."""
        dag_id, run_id = f"release__{service}", f"{service}-{next(_number)}"
        self.client(by or team.releaser).trigger(dag_id, run_id, form)
        return self.follow(dag_id, run_id, team)

    def record(self, service: str, form: Mapping[str, object], *, team: Team = GREETING) -> "Run":
        """Fills in the form for what is changed outside."""
        run_id = f"{service}-{next(_number)}"
        self.client(team.releaser).trigger(CHANGE_DAG, run_id, {"service": service, **form})
        return self.follow(CHANGE_DAG, run_id, team)

    def follow(self, dag_id: str, run_id: str, team: Team = GREETING) -> "Run":
        """A run that somebody else started."""
        run = Run(self, dag_id, run_id, team)
        self.runs.append(run)
        return run

    def change_platform(self, *changes: tuple[str, str]) -> None:
        """Replaces these texts in platform.yaml; the policy is proposed by one person and activated by another."""
        file = self.scenery.folder / "platform.yaml"
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")
        proposed = self.client(GREETING.releaser).request("POST", "/slipway/api/policy/proposals")
        assert proposed.is_success, proposed.text
        body = {"digest": proposed.json()["digest"], "reason": "Somebody watches how it works."}
        activated = self.client(GREETING.manager).request("POST", "/slipway/api/policy/activations", json=body)
        assert activated.is_success, activated.text

    def hold(self, service: str, by: str, reason: str, until: str | None = None) -> int:
        """Places a hold on a service and returns its number."""
        body = {"scope": "service", "name": service, "reason": reason, "until": until}
        answer = self.client(by).request("POST", "/slipway/api/holds", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return int(answer.json()["id"])


class Run:
    """A DAG run and the attempt that it carries out."""

    def __init__(self, scene: Scene, dag_id: str, run_id: str, team: Team) -> None:
        self.scene = scene
        self.dag_id = dag_id
        self.run_id = run_id
        self.team = team

    def attempt(self) -> Row:
        """The attempt as it stands now, once it is opened."""

        def look() -> Row | None:
            found = self._attempt()
            if found is None and (refused := self.refusal()) is not None:
                raise PlatformError(f"{self.run_id} was refused: {refused['payload']}")
            return found

        return self._attempt() or wait_for(look, PATIENCE, f"{self.run_id} to open its attempt")

    def _attempt(self) -> Row | None:
        found = self.scene.rows("SELECT * FROM attempt WHERE dag_id = :d AND run_id = :r", d=self.dag_id, r=self.run_id)
        return found[0] if found else None

    @property
    def id(self) -> str:
        """The attempt's id."""
        return str(self.attempt()["id"])

    @property
    def release_id(self) -> str:
        """The release's id."""
        return str(self.attempt()["release_id"])

    def release(self) -> Row:
        """The release as it stands now."""
        return self.scene.rows("SELECT * FROM release WHERE id = :id", id=self.release_id)[0]

    def stage(self, role: str) -> Row:
        """A stage of the attempt as it stands now."""
        return self.scene.rows("SELECT * FROM stage WHERE attempt_id = :a AND role = :r", a=self.id, r=role)[0]

    def refusal(self) -> Row | None:
        """The log entry by which opening the attempt was refused."""
        refused = self.scene.log(kind="release_refused")
        return next((entry for entry in refused if entry["payload"]["run_id"] == self.run_id), None)

    def log(self, *kinds: str) -> list[Row]:
        """What the log says of this attempt."""
        return [entry for entry in self.scene.log(attempt=self.id) if not kinds or entry["kind"] in kinds]

    def until_logged(self, kind: str, /, seconds: float = PATIENCE, **payload: object) -> Row:
        """The first entry of this kind whose payload has these values, once it is there."""

        def look() -> Row | None:
            found = self.log(kind)
            return next((e for e in found if payload.items() <= e["payload"].items()), None)

        return self._wait(look, f"{kind} {payload or ''}", seconds)

    def asked(self, step: Step) -> Row:
        """The question, once Airflow shows it."""
        task_id = f"{step.role}.{step}"

        def put() -> Row | None:
            attempt = self.attempt()
            found = self.scene.rows(
                "SELECT asked FROM approval_request WHERE attempt_id = :a AND step = :s", a=attempt["id"], s=step.value
            )
            if not found and attempt["outcome"] is not None:
                raise PlatformError(f"{self.run_id} ended before {step} was asked: {_told(self.log())}")
            return found[0] if found else None

        self._wait(put, f"{step} to be put")
        return self.scene.client(self.team.releaser).wait_for_request(self.dag_id, self.run_id, task_id)

    def try_to_answer(self, step: Step, by: str, option: str = "Approve", **inputs: str) -> httpx.Response:
        """Sends an answer, which may be refused."""
        request = self.asked(step)
        return self.scene.client(by).answer(request, option, _inputs(request, inputs))

    def answer(self, step: Step, by: str, option: str = "Approve", **inputs: str) -> Row:
        """Answers, and returns the grant."""
        given = {"comment": "As agreed.", "looked_by": self.team.colleague, "looked_at": "what is new", **inputs}
        answer = self.try_to_answer(step, by, option, **given)
        assert answer.is_success, answer.text
        return self.grant(step)

    def grant(self, step: Step) -> Row:
        """The grant of a step, once it is written."""

        def look() -> Row | None:
            found = self.grants(step)
            return found[0] if found else None

        return self._wait(look, f"the grant of {step}")

    def grants(self, step: Step) -> list[Row]:
        """What was granted or rejected."""
        return self.scene.rows('SELECT * FROM "grant" WHERE attempt_id = :a AND step = :s', a=self.id, s=step.value)

    def approve(self) -> None:
        """The Preprod approval, by a senior."""
        self.answer(Step.APPROVE, self.team.senior)

    def authorise(self) -> None:
        """Both Prod signatures."""
        self.answer(Step.AUTHORISE, self.team.senior)
        self.answer(Step.SIGN_OFF, self.team.manager)

    def go_live(self) -> None:
        """All answers, up to the one that says live is good."""
        self.approve()
        self.authorise()
        self.answer(Step.CONFIRM, self.team.colleague)
        self.ends("live")

    def stop(self, by: str, reason: str) -> httpx.Response:
        """Stops the release."""
        path = f"/slipway/api/releases/{self.release_id}/stop"
        return self.scene.client(by).request("POST", path, json={"reason": reason})

    def retry(self, version: str | None = None, by: str | None = None) -> "Run":
        """The next attempt of the same release."""
        body = {} if version is None else {"version": version}
        return self._went_on(self.scene.client(by or self.team.releaser).request("POST", self._retry, json=body))

    def retry_on_the_page(self) -> "Run":
        """Likewise, as the button of the page does: with the browser's cookie."""
        platform = self.scene.platform
        cookie = {"_token": platform.client(self.team.releaser).sign_in()}
        own = {"origin": platform.base_url, "sec-fetch-site": "same-origin", "x-requested-with": "slipway"}
        with httpx.Client(base_url=platform.base_url, headers=own, cookies=cookie, timeout=60) as browser:
            return self._went_on(browser.post(self._retry, json={}))

    @property
    def _retry(self) -> str:
        return f"/slipway/api/releases/{self.release_id}/retry"

    def _went_on(self, answer: httpx.Response) -> "Run":
        assert answer.is_success, answer.text
        run: Row = answer.json()
        return self.scene.follow(run["dag_id"], run["run_id"], self.team)

    def state(self) -> str:
        """The run's state in Airflow."""
        return self.scene.client(self.team.releaser).run_state(self.dag_id, self.run_id)

    def tasks(self) -> dict[str, str | None]:
        """State by task id."""
        return self.scene.client(self.team.releaser).task_states(self.dag_id, self.run_id)

    def ends(self, outcome: str, colour: str | None = None) -> None:
        """Waits for the end of attempt and run, and checks how they ended."""

        def look() -> str | None:
            found = self.attempt()["outcome"]
            return None if found is None else str(found)

        ended = self._wait(look, "the end")
        assert ended == outcome, f"{self.run_id} ended as {ended}: {_told(self.log())}"
        state = self.scene.client(self.team.releaser).wait_for_end(self.dag_id, self.run_id)
        assert state == (colour or _COLOUR[outcome])

    def _wait(self, look: Callable[[], Found | None], what: str, seconds: float = PATIENCE) -> Found:
        found = look()
        if found is not None:
            return found
        try:
            return wait_for(look, seconds, f"{what} in {self.run_id}")
        except PlatformError as error:
            raise AssertionError(f"{error} Its log: {_told(self.log())}") from error


_GREEN = ("proven", "live", "rejected", "withdrawn", "superseded", "expired", "renewed")
_COLOUR = {
    **dict.fromkeys(_GREEN, "success"),
    **dict.fromkeys(("refused", "failed", "rolled_back", "unverified", "live_uncertain"), "failed"),
}


def _inputs(request: Row, given: Mapping[str, str]) -> dict[str, str]:
    """Exactly the fields that the form has."""
    return {name: given.get(name, "") for name in request.get("params") or {}}


def _told(entries: list[Row]) -> str:
    return " | ".join(f"{entry['kind']} {entry['environment'] or ''} {entry['payload']}"[:300] for entry in entries)
