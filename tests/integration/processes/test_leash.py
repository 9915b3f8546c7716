"""The leash, with real processes: whoever dies, nothing of a deploy lives on, and the lock says so (R12)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from slipway.adapters.activity_lock import ActivityLockError, FileActivityLock
from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.leash import Leash
from slipway.adapters.leash.run import KEEP_BYTES, Finished, run_on_leash
from tests.fakes.service_process import eventually, process_lives

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
escaped = subprocess.Popen(
    [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"],
    start_new_session=True,
    close_fds=False,
)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{os.getpid()} {escaped.pid} {os.getppid()}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""
"""Ignores TERM and has a child in a session of its own, which keeps the descriptors it inherits, as most do.
Writes both numbers, and that of the keeper."""

WORKER = """
import sys
from pathlib import Path
from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.leash.run import run_on_leash
locks, pids, program = sys.argv[1:]
with FileActivityLock(Path(locks)).hold("a1") as lock:
    argv = [sys.executable, "-c", program, pids]
    run_on_leash(argv, environment={}, cwd=Path("/"), seconds=60, lock_fd=lock.fileno(), grace=0.3)
"""


class Chain:
    """A worker that holds the activity lock, its keeper, a stubborn command, and that one's escaped child."""

    def __init__(self, folder: Path) -> None:
        pids = folder / "pids"
        self.lock = FileActivityLock(folder / "locks")
        argv = [sys.executable, "-c", WORKER, str(folder / "locks"), str(pids), STUBBORN]
        package = str(Path(__file__).parents[3] / "include")
        self.worker = subprocess.Popen(argv, env={**child_environment({}), "PYTHONPATH": package})
        assert eventually(pids.exists)
        self.command, self.escaped, self.keeper = (int(part) for part in pids.read_text().split())

    def is_free(self) -> bool:
        return self.lock.is_free("a1", self.lock.host) is True

    def end(self) -> None:
        self.worker.kill()
        self.worker.wait()
        assert eventually(self.is_free, 15)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    made = Chain(tmp_path)
    yield made
    made.end()


def run(argv: Sequence[str], seconds: float = 20, **more: str) -> Finished:
    return run_on_leash(argv, environment=child_environment(more), cwd=Path("/"), seconds=seconds)


def test_while_the_worker_and_its_command_live_the_lock_is_held(chain: Chain) -> None:
    assert not chain.is_free()
    assert process_lives(chain.command)
    with pytest.raises(ActivityLockError, match="still works on"):
        chain.lock.hold("a1")


def test_a_killed_worker_takes_command_and_escaped_children_with_it(chain: Chain) -> None:
    os.kill(chain.worker.pid, signal.SIGKILL)
    assert eventually(chain.is_free, 15)
    assert not process_lives(chain.command), "the instant that the lock is free, all of them are dead"
    assert not process_lives(chain.escaped)


def test_a_killed_keeper_does_not_free_the_lock_while_an_escaped_child_lives(chain: Chain) -> None:
    os.kill(chain.keeper, signal.SIGKILL)
    assert eventually(lambda: not process_lives(chain.command))
    assert chain.worker.wait(10) == 0
    assert process_lives(chain.escaped)
    assert not chain.is_free()
    os.kill(chain.escaped, signal.SIGKILL)
    assert eventually(chain.is_free)


def test_whole_lines_are_told_as_they_come_and_only_the_tail_is_kept() -> None:
    heard: list[str] = []
    words = "import sys; [print(n, flush=True) for n in range(2000)]; sys.stdout.write('no end')"
    finished = run_on_leash(
        [sys.executable, "-c", words],
        environment={},
        cwd=Path("/"),
        seconds=20,
        keep_bytes=100,
        on_line=heard.append,
    )
    assert heard == [str(number) for number in range(2000)]
    assert len(finished.stdout) == 100
    assert finished.stdout.endswith("1999\nno end")


def test_a_command_past_its_deadline_is_ended_with_all_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    argv = [sys.executable, "-c", STUBBORN, str(tmp_path / "pids")]
    finished = run_on_leash(argv, environment={}, cwd=Path("/"), seconds=1, grace=0.3)
    assert finished.ended.why == "deadline"
    assert time.monotonic() - started < 10
    for pid in (tmp_path / "pids").read_text().split():
        assert not process_lives(int(pid))


def test_children_left_behind_by_a_finished_command_are_ended(tmp_path: Path) -> None:
    finished = run(["/bin/sh", "-c", "sleep 60 & echo $!"])
    assert finished.succeeded
    assert not process_lives(int(finished.stdout))


def test_exit_code_and_both_streams_come_back() -> None:
    finished = run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (finished.ended.why, finished.ended.code) == ("exited", 3)
    assert (finished.stdout, finished.stderr) == ("out\n", "err\n")


def test_a_chatty_command_keeps_only_its_last_words() -> None:
    finished = run([sys.executable, "-c", "print('x' * 1_000_000); print('the end')"])
    assert len(finished.stdout) == KEEP_BYTES
    assert finished.tail().endswith("the end")


def test_a_program_that_does_not_exist_is_named() -> None:
    finished = run(["/no/such/program"])
    assert finished.ended.why == "not_started"
    assert "/no/such/program" in finished.ended.detail


def test_a_folder_that_has_vanished_is_named(tmp_path: Path) -> None:
    finished = run_on_leash(["/bin/true"], environment={}, cwd=tmp_path / "gone", seconds=10)
    assert finished.ended.why == "not_started"
    assert str(tmp_path / "gone") in finished.ended.detail


def test_text_is_handed_in_without_showing_on_the_command_line() -> None:
    finished = run_on_leash(["/bin/cat"], environment={}, cwd=Path("/"), seconds=10, text_in="secret")
    assert finished.stdout == "secret"


def test_a_child_sees_only_allowed_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "secret")
    monkeypatch.setenv("SLIPWAY_DATABASE_URL", "secret")
    finished = run(["/usr/bin/env"], OWN="value")
    assert "OWN=value" in finished.stdout
    assert "secret" not in finished.stdout


def test_a_kept_command_outlives_its_worker_and_frees_the_lock(tmp_path: Path) -> None:
    locks = FileActivityLock(tmp_path)
    held = locks.hold("a1")
    argv = ["/bin/sleep", "60"]
    with Leash(argv, environment={}, cwd=Path("/"), seconds=30, held_fds=[held.fileno()]) as leash:
        assert leash.wait_started(10)
        held.close()
        assert locks.is_free("a1", locks.host) is False, "the keeper holds it until it is told to keep"
        assert leash.keep()
    assert locks.is_free("a1", locks.host) is True
    assert process_lives(leash.child_pid or 0)
    os.kill(leash.keeper.pid, signal.SIGTERM)
    assert eventually(lambda: not process_lives(leash.child_pid or 0))


def test_a_kept_command_lives_on_past_the_deadline_of_its_deploy() -> None:
    with Leash(["/bin/sleep", "60"], environment={}, cwd=Path("/"), seconds=0.5) as leash:
        assert leash.wait_started(10)
        assert leash.keep()
    time.sleep(0.8)
    assert process_lives(leash.child_pid or 0)
    os.kill(leash.keeper.pid, signal.SIGTERM)
    assert eventually(lambda: not process_lives(leash.keeper.pid))


def test_what_was_not_kept_dies_when_the_block_ends() -> None:
    with Leash(["/bin/sleep", "60"], environment={}, cwd=Path("/"), seconds=30) as leash:
        assert leash.wait_started(10)
    assert not process_lives(leash.child_pid or 0)


def test_a_command_that_has_ended_cannot_be_kept() -> None:
    with Leash(["/bin/true"], environment={}, cwd=Path("/"), seconds=30) as leash:
        assert leash.wait_started(10)
        assert eventually(lambda: leash.keeper.poll() is not None)
        assert not leash.keep()
