"""The command target beyond the contract."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.targets.registry import Registry
from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.json_value import JsonValue
from slipway.domain.service import TargetSettings
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder, DeployTarget
from tests.fakes.service_process import process_lives

CURRENT = ["/bin/echo", '{"digest": "sha256:11", "version": "1.0.0", "healthy": true}']


def target(folder: Path, **options: JsonValue) -> DeployTarget:
    settings = TargetSettings(kind="command", options={"current": CURRENT, "deploy": ["/bin/true"], **options})
    return Registry(folder).target(settings)


def order(folder: Path, *, seconds: float = 20, lock_fd: int | None = None) -> DeployOrder:
    return DeployOrder(
        service="orders",
        environment="dev",
        artefact=Artefact(service="orders", version="1.0.0", digest="sha256:11", size=1),
        folder=folder,
        fencing=7,
        deadline=datetime.now(UTC) + timedelta(seconds=seconds),
        lock_fd=lock_fd,
    )


def test_arguments_are_filled_in_and_never_meet_a_shell(tmp_path: Path) -> None:
    said = "{service} {environment} {version} {digest} {fencing} $(whoami); {.items[0].name}"
    with pytest.raises(TargetError) as caught:
        target(tmp_path, deploy=["/bin/ls", said]).deploy(order(tmp_path))
    assert "orders dev 1.0.0 sha256:11 7 $(whoami); {.items[0].name}" in str(caught.value)


def test_the_fencing_number_is_in_the_environment_and_the_command_runs_in_the_artefact(tmp_path: Path) -> None:
    (tmp_path / "chart").mkdir()
    script = 'echo "$SLIPWAY_FENCING" > chart/seen; pwd > chart/folder'
    target(tmp_path, deploy=["/bin/sh", "-c", script]).deploy(order(tmp_path))
    assert (tmp_path / "chart" / "seen").read_text() == "7\n"
    assert (tmp_path / "chart" / "folder").read_text().strip() == str(tmp_path)


def test_a_failing_command_is_told_with_code_and_last_words(tmp_path: Path) -> None:
    failing = target(tmp_path, deploy=["/bin/sh", "-c", "echo no such chart >&2; exit 3"])
    with pytest.raises(TargetError, match=r"ended with code 3.*no such chart") as caught:
        failing.deploy(order(tmp_path))
    assert not isinstance(caught.value, StaleFenceError)


def test_the_configured_code_means_outdated(tmp_path: Path) -> None:
    stale = target(tmp_path, deploy=["/bin/sh", "-c", "exit 3"], stale_exit_code=3)
    with pytest.raises(StaleFenceError, match="owner 7"):
        stale.deploy(order(tmp_path))


def test_a_command_past_its_deadline_is_ended_with_its_children(tmp_path: Path) -> None:
    slow = target(tmp_path, deploy=["/bin/sh", "-c", "sleep 60 & echo $! > child; wait"])
    with pytest.raises(TargetError, match="not done by its deadline"):
        slow.deploy(order(tmp_path, seconds=1))
    assert not process_lives(int((tmp_path / "child").read_text()))


def test_children_of_the_command_hold_the_activity_lock(tmp_path: Path) -> None:
    lock = FileActivityLock(tmp_path / "locks")
    grandchild = '/bin/sh -c "ls -l /proc/self/fd > held"'
    with lock.hold("a1") as held:
        target(tmp_path, deploy=["/bin/sh", "-c", grandchild]).deploy(order(tmp_path, lock_fd=held.fileno()))
    assert str(tmp_path / "locks" / "a1.lock") in (tmp_path / "held").read_text()
    assert lock.is_free("a1", lock.host) is True


def test_a_plain_digest_can_be_the_answer(tmp_path: Path) -> None:
    plain = target(tmp_path, current=["/bin/echo", "sha256:22"], current_output="digest")
    assert plain.current("orders", "dev").digest == "sha256:22"
    silent = target(tmp_path, current=["/bin/true"], current_output="digest")
    assert (silent.current("orders", "dev").digest, silent.current("orders", "dev").healthy) == (None, False)


@pytest.mark.parametrize("said", ["garbage", "[]", "{}", "null"])
def test_garbage_for_an_answer_is_refused_and_shown(tmp_path: Path, said: str) -> None:
    with pytest.raises(TargetError, match="must print JSON like") as caught:
        target(tmp_path, current=["/bin/echo", said]).current("orders", "dev")
    assert said in str(caught.value)


def test_a_question_without_an_answer_ends(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="not done by its deadline"):
        target(tmp_path, current=["/bin/sleep", "60"], current_timeout_seconds=0.5).current("orders", "dev")


def test_only_named_variables_are_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/kube")
    monkeypatch.setenv("OTHER", "/other")
    target(tmp_path, deploy=["/bin/sh", "-c", "env > seen"], pass_environment=["KUBECONFIG"]).deploy(order(tmp_path))
    seen = (tmp_path / "seen").read_text()
    assert "KUBECONFIG=/kube" in seen
    assert "OTHER" not in seen


def test_the_platforms_own_variables_cannot_be_passed_on(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="AIRFLOW__CORE__FERNET_KEY"):
        target(tmp_path, pass_environment=["AIRFLOW__CORE__FERNET_KEY"])


def test_without_a_remove_command_a_removal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no `remove` command"):
        target(tmp_path).remove("orders", "dev", 8)


def test_a_token_that_is_passed_on_is_not_told_not_even_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_TOKEN", "T0P-secret-of-all")
    words = f'printf "%s%s" "$HELM_TOKEN" {"x" * 1990} >&2; exit 3'
    telling = target(tmp_path, deploy=["/bin/sh", "-c", words], pass_environment=["HELM_TOKEN"])
    with pytest.raises(TargetError) as caught:
        telling.deploy(order(tmp_path))
    assert f"***{'x' * 1990}" in str(caught.value)
