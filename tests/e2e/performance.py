"""Stories that wait for the one lane and for tasks start early, all together; each test then waits for its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from slipway.platform.errors import PlatformError
from tests.e2e.story import Scene

AT_ONCE = 7
"""Enough for one to be ready for the lane at any time; each run that waits costs the scheduler looks all the while."""
Story = Callable[[Scene], None]
Test = Callable[["Performance"], None]


def story(tell: Story) -> Test:
    """Makes a test of a story: it is begun with all others that were selected, and judged in its turn."""

    def test(performance: "Performance") -> None:
        performance.judge(tell)

    test.__name__ = tell.__name__
    test.__module__ = tell.__module__
    test.__doc__ = tell.__doc__
    test.story = tell  # type: ignore[attr-defined]
    return test


class Performance:
    """Runs stories in threads. A story that fails stops its releases, so that nobody waits for its lane."""

    def __init__(self, make_scene: Callable[[], Scene], stories: Sequence[Story]) -> None:
        self._make_scene = make_scene
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._playing: dict[Story, Future[None]] = {tell: self._pool.submit(self._play, tell) for tell in stories}

    def judge(self, tell: Story) -> None:
        """Waits for a story, which is played now where it was not selected itself, and raises what it raised."""
        if tell in self._playing:
            self._playing[tell].result()
        else:
            self._play(tell)

    def finish(self) -> None:
        """Waits for all."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _play(self, tell: Story) -> None:
        scene = self._make_scene()
        try:
            tell(scene)
        except BaseException:
            _clean_up(scene)
            raise


def _clean_up(scene: Scene) -> None:
    for run in scene.runs:
        try:
            if run.attempt()["outcome"] is None:
                run.stop(run.team.releaser, "the test that asked for it has failed")
        except PlatformError:
            continue
