"""A release against a bare DAG of the same shape, and what follows an approval against a bare question."""

import statistics
from collections.abc import Iterator, Sequence

from slipway.platform.errors import PlatformError
from tests.bench.bench_platform import ANSWERS, Played, Stand, form_of, play
from tests.bench.figures import Figure

BARE = "release__bare"
RATIO = 1.5
AFTER_ANSWERS = {
    "preprod.approve": "preprod.take_turn",
    "prod.sign_off": "prod.take_turn",
    "prod.confirm": "prod.verdict",
}


def play_release(stand: Stand, service: str) -> Played:
    """One release from Dev to live. Raises PlatformError where it does not get there."""
    dag_id, run_id = f"release__{service}", f"bench-{service}"
    try:
        played = play(stand, dag_id, run_id, form_of(service), list(ANSWERS))
    except PlatformError as error:
        told = stand.rows("SELECT kind, payload FROM log WHERE kind LIKE '%refused' ORDER BY seq")
        raise PlatformError(f"{error}\nRefused: {told or 'nothing'}") from error
    ended = stand.rows("SELECT outcome FROM attempt WHERE dag_id = :d AND run_id = :r", d=dag_id, r=run_id)
    if ended != [{"outcome": "live"}]:
        raise PlatformError(f"{run_id} ended as {ended}: nothing can be measured with it.")
    return played


def measure_releases(stand: Stand, services: Sequence[str], ours: list[Played]) -> Iterator[Figure]:
    """One release of each service in turn with a bare run; `ours` is filled with the releases."""
    stand.until_known(BARE)
    # Each worker's first task imports what later ones find: neither side may pay for that.
    play(stand, BARE, "warm-up", {}, list(ANSWERS))
    bare = []
    for number, service in enumerate(services):
        ours.append(play_release(stand, service))
        bare.append(play(stand, BARE, f"bare-{number}", {}, list(ANSWERS)))
    release = statistics.median(played.seconds for played in ours)
    plain = statistics.median(played.seconds for played in bare)
    yield Figure(point="a", what="release, Dev to live, no-op deploys, less waits", value=release, unit="s")
    yield Figure(point="a", what="bare DAG of the same shape, less waits", value=plain, unit="s")
    yield Figure(point="a", what="release ÷ bare DAG", value=release / plain, target=RATIO)
    after, after_bare = _after_answers(ours), _after_answers(bare)
    yield Figure(point="d", what="approval's response → next task starts", value=after, unit="s")
    yield Figure(point="d", what="bare question's response → next task starts", value=after_bare, unit="s")
    yield Figure(point="d", what="approval ÷ bare question", value=after / after_bare)


def _after_answers(runs: Sequence[Played]) -> float:
    return statistics.median(run.from_answer_to(*pair) for run in runs for pair in AFTER_ANSWERS.items())
