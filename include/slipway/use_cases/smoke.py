"""Runs the stage's smoke suite and records its verdict: pass, fail or unknown (R16)."""

from collections.abc import Sequence

from slipway.domain.activity import Activity, ActivityKind, last_work
from slipway.domain.errors import SlipwayError
from slipway.domain.proof import first_failed
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import Priority, SmokeCommand, SmokeSuite, StageRole
from slipway.domain.verdict import Verdict, suite_verdict
from slipway.domain.way_back_rehearsal import is_way_back
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.checks import CheckResult, CheckStatus
from slipway.ports.values import Actor
from slipway.use_cases.deploy_to import current, is_there
from slipway.use_cases.in_place_of_nothing import stands_in
from slipway.use_cases.settle import is_by_hand
from slipway.use_cases.smoke_of_others import smoke_of_others
from slipway.use_cases.unpacked import empty_folder, unpacked
from slipway.use_cases.world import World


class SmokeFailedError(SlipwayError):
    """The smoke suite did not pass; the stage is undone."""

    is_logged = True


def smoke(world: World, attempt_id: str, role: StageRole, actor: Actor) -> str:
    """The verdict in words. Raises SmokeFailedError unless every check passed."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt_id, role)
        attempt = tx.releases.lock_attempt(attempt_id)
        activities = tx.activities.of_stage(attempt_id, role)
    if stage.outcome is not None and stage.outcome.has_no_work:
        return stage.detail
    if stage.outcome is not None:
        raise SmokeFailedError(f"{stage.environment} has ended as {stage.outcome}: its verdict stands")
    if stage.smoke == CheckStatus.FAIL:
        raise SmokeFailedError(f"smoke in {stage.environment} has failed before: its verdict stands")
    if any(a.kind is ActivityKind.UNDO for a in activities):
        raise SmokeFailedError(f"{stage.environment} is being undone: there is nothing to test any more")
    work = last_work(activities)
    if work is None or not work.state.succeeded or is_way_back(work):
        raise SmokeFailedError(f"nothing was deployed to {stage.environment} by {attempt_id}: there is nothing to test")
    results = _run(world, attempt, stage, work)
    verdict = suite_verdict(one.status.value for one in results if one.priority is Priority.BLOCKING)
    checks = [result.as_json() for result in results]
    with world.store.transaction() as tx:
        tx.stages.set_smoke(attempt_id, role, verdict)
        tx.records.add_proof(attempt, stage, verdict, checks)
        failed = first_failed(checks)
        payload = {"verdict": verdict, "failed": failed["name"] if failed else None, "checks": checks}
        tx.log("smoke_finished", actor, attempt=attempt, environment=stage.environment, payload=payload)
        tx.wake()
    words = "; ".join(result.in_words for result in results)
    if verdict is not Verdict.PASS:
        raise SmokeFailedError(f"smoke in {stage.environment}: {verdict}. {words}")
    return words


def _run(world: World, attempt: Attempt, stage: Stage, work: Activity) -> list[CheckResult]:
    suite = stage.definition.smoke
    version, digest = attempt.version, attempt.digest
    if attempt.is_rollback and stands_in(stage.definition, attempt.version):
        return [_page(world, attempt, stage)]
    if is_by_hand(stage):
        if suite is None:
            return [CheckResult(name="looked at", status=CheckStatus.PASS, detail=work.detail, attempts=1)]
        with world.store.transaction() as tx:  # what people change by hand leaves the artefact as it was
            runs = tx.records.deployed(attempt.service, stage.environment)
        version, digest = runs.version or "", runs.digest or ""
    if suite is None or not suite.checks:
        detail = "the service has no smoke suite: no data is never success"
        return [CheckResult(name="suite", status=CheckStatus.UNKNOWN, detail=detail)]
    with world.store.transaction() as tx:
        hosts = tx.policy().platform.smoke_hosts
    results = list(world.probe.run(suite, {"version": version, "digest": digest}, hosts))
    if _stops(results):
        return [*results, *(_not_run(one, "the checks before it did not pass") for one in suite.commands)]
    artefact = Artefact(service=attempt.service, version=version, digest=digest, size=0)
    if suite.commands:
        results += _run_commands(world, stage, suite, artefact)
    if suite.others is not None and not _stops(results):
        results += smoke_of_others(world, attempt, stage, suite.others)
    return results


def _stops(results: Sequence[CheckResult]) -> bool:
    return any(one.priority is Priority.BLOCKING and one.status is not CheckStatus.PASS for one in results)


def _run_commands(world: World, stage: Stage, suite: SmokeSuite, artefact: Artefact) -> list[CheckResult]:
    """Where somebody else deploys, there are no files of the artefact."""
    values = {"url": suite.url, "version": artefact.version, "digest": artefact.digest}
    files = empty_folder(world) if stage.definition.target is None else unpacked(world, artefact)
    try:
        with files as folder:
            return [world.commands.run(one, values, folder) for one in suite.commands]
    except SlipwayError as error:
        return [_not_run(one, str(error)) for one in suite.commands]


def _not_run(command: SmokeCommand, because: str) -> CheckResult:
    detail = f"not run: {because}"
    return CheckResult(
        name=command.name, status=CheckStatus.UNKNOWN, detail=detail, attempts=0, priority=command.priority
    )


def _page(world: World, attempt: Attempt, stage: Stage) -> CheckResult:
    """The service's checks are not for what stands in for nothing: its target is asked, and nobody else."""
    running = current(world, attempt.service, stage)
    status = CheckStatus.PASS if is_there(running, attempt.digest) else CheckStatus.UNKNOWN
    detail = f"{attempt.version} stands in for nothing; its target says: {running.version or 'nothing'} runs"
    return CheckResult(name="stands in", status=status, detail=detail, attempts=1)
