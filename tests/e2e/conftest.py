"""One running platform for all end-to-end tests of this folder, with the stories that are played on it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine

from slipway.catalogue.files import service_names
from slipway.catalogue.headline import OUTSIDE, headline
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.platform.client import wait_for
from slipway.use_cases.change_stages import CHANGE_DAG
from tests.e2e.break_glass import break_the_glass
from tests.e2e.performance import Performance
from tests.e2e.recorder import Recorder, serve
from tests.e2e.scenery import BREAKER, CHANNEL, TOPIC, Scenery
from tests.e2e.story import Scene
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.webhook_receiver import KEY, WebhookReceiver
from tests.running_platform import RunningPlatform
from tests.slack.stand_in import SlackStandIn, status

EXTRA_DAGS = Path(__file__).with_name("dags")
_HERE = Path(__file__).parent

LONG_STORIES = (
    *("test_roll_back.py", "test_watch.py", "test_release_path.py"),
    *("test_migrations.py", "test_hard_moments.py", "test_emergency.py"),
)
"""Several stages one after the other, the longest first: one that begins late keeps everybody waiting at the end."""
MEANWHILE = ("test_every_route.py", "test_release_refused.py")
"""Their tests that are no stories ask the API server only: they fill the time in which something waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What hurts the platform, or keeps it busy, comes before the stories, which all begin at once.

    What waits for its time to run out begins after them, and is judged when it has.
    """
    places = [place for place, item in enumerate(items) if _HERE in item.path.parents]
    for place, item in zip(places, sorted((items[place] for place in places), key=_when), strict=True):
        items[place] = item


def _when(item: pytest.Item) -> float:
    name = item.path.name
    fixtures = getattr(item, "fixturenames", ())
    if "closed_window" in fixtures:
        return 6
    if "when_all_stories_are_told" in fixtures:
        return 5
    if "when_time_has_run_out" in fixtures:
        return 4
    if "performance" in fixtures:
        return 1 + (LONG_STORIES.index(name) if name in LONG_STORIES else len(LONG_STORIES)) / 100
    return 3 if name in MEANWHILE else 0


@pytest.fixture
def when_time_has_run_out() -> None:
    """Puts a test at the end of the session."""


@pytest.fixture(scope="package")
def slack() -> Iterator[SlackStandIn]:
    """It is down until a test lets it come back, when all stories are told."""
    with SlackStandIn() as stand_in:
        stand_in.channel(CHANNEL, topic=TOPIC)
        stand_in.always = status(503)
        yield stand_in


@pytest.fixture(scope="package")
def receiver() -> Iterator[WebhookReceiver]:
    """Whoever else is told what happens to releases."""
    with WebhookReceiver() as receiving:
        yield receiving


@pytest.fixture(scope="package")
def mail_server() -> Iterator[SmtpServer]:
    """Takes what approvers are sent."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def when_all_stories_are_told(performance: Performance) -> None:
    """Puts a test after those whose time has run out."""
    performance.finish()


@pytest.fixture
def closed_window(scene: Scene, performance: Performance) -> None:
    """From now on, and until after midnight: the last thing that happens in the session."""
    performance.finish()
    today = datetime.now(ZoneInfo("Europe/London")).date()
    closed = [{"date": str(day), "reason": "Nobody is there"} for day in (today, today + timedelta(days=1))]
    scene.change_platform(("window:\n", f"window:\n  closed_days: {json.dumps(closed)}\n"))


@pytest.fixture(scope="package")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """What the recorded targets see."""
    with serve(tmp_path_factory.mktemp("record")) as serving:
        yield serving


@pytest.fixture(scope="package")
def scenery(tmp_path_factory: pytest.TempPathFactory, recorder: Recorder) -> Scenery:
    """The catalogue of the session's platform: the samples on free ports, and the services of the stories."""
    return Scenery(tmp_path_factory.mktemp("scenery") / "catalogue", recorder.folder, recorder.face)


@pytest.fixture(scope="package")
def platform(
    tmp_path_factory: pytest.TempPathFactory,
    scenery: Scenery,
    slack: SlackStandIn,
    receiver: WebhookReceiver,
    mail_server: SmtpServer,
) -> Iterator[RunningPlatform]:
    """Real Airflow on the embedded PostgreSQL, in a folder with a space in its name.

    At the end it is stopped as by Ctrl-C, and nothing of it may be left running.
    """
    root = tmp_path_factory.mktemp("a platform")
    running = RunningPlatform(
        root,
        more_dags=[EXTRA_DAGS],
        catalogue=scenery.folder,
        more_variables={
            "AIRFLOW_CONN_GITHUB_DEFAULT": scenery.github,
            "AIRFLOW_CONN_SLACK_DEFAULT": slack.connection,
            "AIRFLOW_CONN_OPS_HOOK": json.dumps({"conn_type": "http", "host": receiver.url, "password": KEY}),
            "AIRFLOW_CONN_SMTP_DEFAULT": mail_server.connection,
        },
    )
    scenery.publish(running.home.root / "artefacts")
    try:
        running.start()
        yield running
    finally:
        code = running.stop()
    assert code == 0
    assert [process.cmdline() for process in running.living_processes()] == []


@pytest.fixture(scope="package")
def scene(platform: RunningPlatform, scenery: Scenery, recorder: Recorder) -> Iterator[Scene]:
    """Where a test plays its own story, once every DAG is there."""
    engine = create_engine(platform.release_database_url, pool_size=20, pool_pre_ping=True)
    released = {name for name in service_names(scenery.folder) if headline(scenery.folder, name).profile not in OUTSIDE}
    wanted = {f"{kind}__{name}" for name in released for kind in _KINDS} | {CHANGE_DAG, ROLLBACK_DAG}
    reader = platform.client("gus")

    def all_there() -> bool | None:
        found = {dag["dag_id"] for dag in reader.get("/api/v2/dags", limit=500)["dags"]}
        return wanted <= found or None

    wait_for(all_there, 240, "all DAGs to appear")
    yield Scene(platform, scenery, recorder, engine)
    engine.dispose()


_KINDS = ("dev", "release")


@pytest.fixture(scope="package")
def broken_glass(platform: RunningPlatform) -> str:
    """A member of BreakGlass, who may do what nobody else may."""
    break_the_glass(platform, BREAKER)
    return BREAKER


@pytest.fixture(scope="package")
def performance(request: pytest.FixtureRequest, scene: Scene, broken_glass: str) -> Iterator[Performance]:
    """Begins every selected story at once."""
    selected = [getattr(item, "function", None) for item in request.session.items]
    stories = [function.story for function in selected if hasattr(function, "story")]
    performance = Performance(
        lambda: Scene(scene.platform, scene.scenery, scene.recorder, scene.engine), list(dict.fromkeys(stories))
    )
    yield performance
    performance.finish()
