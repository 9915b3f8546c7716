"""Asks the other services of an environment what blocks deploys of their own: one may break another (R16).

What is asked of each is what blocked when its version came there, with a few seconds of patience: nobody restarted it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from slipway.domain.release import Attempt, Stage
from slipway.domain.service import Priority, SmokeSuite
from slipway.domain.verdict import suite_verdict
from slipway.ports.outside.checks import CheckResult, CheckStatus
from slipway.ports.store import Transaction
from slipway.ports.values import Deployed
from slipway.use_cases.world import World

PATIENCE_SECONDS = 10.0
"""For each of them."""
MOST_BROKEN = 5
"""With so many that do not work nobody needs to wait for the rest."""


@dataclass(frozen=True, kw_only=True)
class _Other:
    service: str
    runs: Deployed
    suite: SmokeSuite


def smoke_of_others(world: World, attempt: Attempt, stage: Stage, priority: Priority) -> list[CheckResult]:
    """One result for each service that runs there and has checks that block, in order of their names."""
    with world.store.transaction() as tx:
        others = list(_others(tx, attempt.service, stage.environment))
        hosts = tx.policy().platform.smoke_hosts
    results: list[CheckResult] = []
    for other in others:
        if sum(one.status is not CheckStatus.PASS for one in results) >= MOST_BROKEN:
            detail = f"not asked: {MOST_BROKEN} other services do not work already"
            results.append(_result(other, CheckStatus.UNKNOWN, detail, priority, attempts=0))
        else:
            results.append(_asked(world, other, hosts, priority))
    return results


def _others(tx: Transaction, service: str, environment: str) -> Iterator[_Other]:
    for name, runs in tx.records.running(environment).items():
        if name == service or runs.attempt is None:
            continue
        stages = tx.stages.of_attempt(runs.attempt)
        suite = next((one.definition.smoke for one in stages if one.environment == environment), None)
        checks = () if suite is None else tuple(one for one in suite.checks if one.priority is Priority.BLOCKING)
        if suite is not None and checks:
            patience = min(suite.deadline_seconds, PATIENCE_SECONDS)
            yield _Other(service=name, runs=runs, suite=replace(suite, checks=checks, deadline_seconds=patience))


def _asked(world: World, other: _Other, hosts: Collection[str], priority: Priority) -> CheckResult:
    facts = {"version": other.runs.version or "", "digest": other.runs.digest or ""}
    found = world.probe.run(other.suite, facts, hosts)
    status = CheckStatus(suite_verdict(one.status.value for one in found))
    wrong = [one for one in found if one.status is not CheckStatus.PASS]
    detail = wrong[0].in_words if wrong else f"{other.runs.version}: {len(found)} checks passed"
    return _result(other, status, detail, priority, attempts=max(one.attempts for one in found))


def _result(other: _Other, status: CheckStatus, detail: str, priority: Priority, *, attempts: int) -> CheckResult:
    name = f"other service {other.service}"
    return CheckResult(name=name, status=status, detail=detail, attempts=attempts, priority=priority)
