"""Work that may take minutes, beside the rounds: one job of a name at a time, so many at once."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

Job = Callable[[], object]


class Sideline:
    """A small pool. Further jobs of a name are not queued: the next round sees what is left to do."""

    def __init__(self, name: str, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._going_on: dict[str, Future[object]] = {}
        self._failures: dict[str, BaseException] = {}

    def give(self, jobs: Mapping[str, Job]) -> list[BaseException]:
        """Starts each job unless one of its name goes on. Returns how those that ended last had failed.

        A failure is told again until a job of its name goes well or nobody gives one any more.
        """
        for name in [name for name, job in self._going_on.items() if job.done()]:
            self._failures.pop(name, None)
            if (failure := self._going_on.pop(name).exception()) is not None:
                self._failures[name] = failure
        told = list(self._failures.values())
        self._failures = {name: failure for name, failure in self._failures.items() if name in jobs}
        for name, job in jobs.items():
            if name not in self._going_on:
                self._going_on[name] = self._pool.submit(job)
        return told

    def close(self) -> None:
        """Returns when every job has ended: what was begun outside is not left alone."""
        self._pool.shutdown(wait=True, cancel_futures=True)
