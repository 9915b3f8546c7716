"""The demo itself: start, announce a version, release it with its approvals, look at live, verify the log."""

import time
from collections.abc import Callable, Mapping

import httpx

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.mode import mode_of
from slipway.adapters.database.transaction import DatabaseStore
from slipway.catalogue.load import load_service
from slipway.domain.grant import Decision
from slipway.domain.log_entry import verify_chain
from slipway.domain.service import StageRole
from slipway.platform.client import PlatformClient, wait_for
from slipway.platform.control import down, up
from slipway.platform.demo import cast
from slipway.platform.demo.narrator import Narrator
from slipway.platform.errors import PlatformError
from slipway.platform.home import Home, load_secrets
from slipway.platform.place import Place
from slipway.platform.supervisor import supervisor_of

Say = Callable[[str], None]
LOOKED = {"looked_by": cast.LOOKER, "looked_at": "the order list"}


class Demo:
    """One performance on one platform."""

    def __init__(self, place: Place, say: Say) -> None:
        self._place = place
        self._say = say
        self._artefacts = cast.publish_samples_to(place)

    def run(self, *, keep: bool) -> None:
        """Raises PlatformError unless live really serves the new version. Leaves nothing running unless kept."""
        ran_before = supervisor_of(Home(self._place.home)) is not None
        try:
            self._say("starting PostgreSQL, Airflow and the reconciler (the first time takes longest)")
            up(self._place, self._say)
            self._perform()
            self._say_where_to_look(keep=keep or ran_before)
        finally:
            if not keep and not ran_before:
                down(self._place, self._say)

    def _perform(self) -> None:
        store = DatabaseStore(make_engine(self._place.release_database_url))
        self._wait_for_dags()
        live = self._live_version()
        version = cast.next_version(self._artefacts, cast.samples_of(self._place), live)
        self._say(f"live serves {live or 'nothing yet'}; the build pipeline has made {cast.SERVICE} {version}")
        with Narrator(store, cast.SERVICE, self._say):
            self._dev(version)
            self._release(version)
        self._check_live(version)
        self._verify(store)

    def _dev(self, version: str) -> None:
        """The pipeline announces the artefact; Dev does the rest by itself."""
        dag_id = f"dev__{cast.SERVICE}"
        pipeline = self._as(cast.PIPELINE)
        known = {run["dag_run_id"] for run in self._as(cast.REQUESTER).runs(dag_id)}
        pipeline.announce(f"artefact-{cast.SERVICE}", {"version": version})

        def started() -> str | None:
            runs = self._as(cast.REQUESTER).runs(dag_id)
            return next((run["dag_run_id"] for run in runs if run["dag_run_id"] not in known), None)

        run_id = wait_for(started, 60, "the Dev run to start")
        self._must_succeed(dag_id, run_id)

    def _release(self, version: str) -> None:
        """By hand, with the approvals that the standard wants."""
        dag_id, run_id = f"release__{cast.SERVICE}", f"demo-{version}-{int(time.time())}"
        form = {
            "version": version,
            "summary": f"Bring {cast.SERVICE} {version} to live",
            "rollback_plan": "The previous artefact comes back; the schema stays readable by it",
        }
        self._as(cast.REQUESTER).trigger(dag_id, run_id, form)
        self._answer(cast.APPROVER, dag_id, run_id, "preprod.approve")
        self._answer(cast.AUTHORISER, dag_id, run_id, "prod.authorise", LOOKED)
        self._answer(cast.SIGNER, dag_id, run_id, "prod.sign_off")
        self._answer(cast.LOOKER, dag_id, run_id, "prod.confirm", LOOKED)
        self._must_succeed(dag_id, run_id)

    def _answer(
        self, person: str, dag_id: str, run_id: str, task_id: str, inputs: Mapping[str, str] | None = None
    ) -> None:
        client = self._as(person)
        request = client.wait_for_request(dag_id, run_id, task_id, seconds=240)
        answer = client.answer(request, Decision.APPROVE.value, {"comment": "", **(inputs or {})})
        if answer.is_error:
            raise PlatformError(f"{person} could not answer {task_id} ({answer.status_code}): {answer.text}")

    def _must_succeed(self, dag_id: str, run_id: str) -> None:
        state = self._as(cast.REQUESTER).wait_for_end(dag_id, run_id)
        if state != "success":
            raise PlatformError(f"{dag_id} {run_id} ended as {state}. See {self._place.base_url}/dags/{dag_id}")

    def _check_live(self, version: str) -> None:
        served = self._live_version()
        if served != version:
            raise PlatformError(f"live serves {served}, not {version}")
        self._say(f"live really serves {version}: {self._live_url()}/health")

    def _verify(self, store: DatabaseStore) -> None:
        with store.transaction() as tx:
            reader = LogReader(tx.sql)
            reader.freeze()
            result = verify_chain(reader.all())
            mode = mode_of(tx.sql)
        if result.broken is not None:
            raise PlatformError(f"the release log is broken at entry {result.broken.seq}: {result.broken.what}")
        self._say(f"the release log verifies: {result.entries} entries, head {result.head_hash[:16]}…")
        self._say(mode.said)

    def _wait_for_dags(self) -> None:
        """The first start parses the DAG file some seconds after all is healthy."""
        client = self._as(cast.REQUESTER)
        path = f"/api/v2/dags/release__{cast.SERVICE}"
        wait_for(lambda: client.request("GET", path).is_success or None, 120, "Airflow to find the release DAGs")

    def _live_version(self) -> str | None:
        try:
            return str(httpx.get(f"{self._live_url()}/health", timeout=5).json()["version"])
        except (httpx.HTTPError, ValueError, KeyError):
            return None

    def _live_url(self) -> str:
        suite = load_service(self._place.catalogue, cast.SERVICE).stages[StageRole.PROD].smoke
        if suite is None:
            raise PlatformError(f"{cast.SERVICE} has no smoke suite in Prod, so the demo cannot tell where live is")
        return suite.url

    def _as(self, person: str) -> PlatformClient:
        secrets = load_secrets(Home(self._place.home))
        return PlatformClient(self._place.api_url, person, secrets.password_of(person))

    def _say_where_to_look(self, *, keep: bool) -> None:
        if not keep:
            self._say("look around by hand: make demo KEEP=1, or make up")
            return
        secrets = load_secrets(Home(self._place.home))
        self._say(f"Airflow, with everything that happened: {self._place.base_url}")
        for person, what in ((cast.REQUESTER, "asks for releases"), (cast.APPROVER, "approves")):
            self._say(f"  sign in as {person} ({what}), password {secrets.password_of(person)}")
        self._say("stop it: make down")


def storyteller() -> Say:
    """Prints a line per step with the time since the start."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)  # noqa: T201 - the story is the output

    return say
