"""What a service could be rolled back from and to in an environment, and to what one person may (R18)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain.errors import RefusedError
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Deployed
from slipway.use_cases.facts import release_of

NOTHING_THERE = "nothing_to_roll_back"
"""Code of the refusal where nothing was ever deployed."""
_NAME_IT = "Name the version that is to come back (--to): that takes two people"
_RELEASE_A_MEND = (
    "Release a mended version, or one that says that the service is away; `--kind emergency` goes first."
    " Its rollback plan says what else to do"
)


@dataclass(frozen=True, kw_only=True)
class WayToGoBack:
    """`stage` says how the service is deployed there, also where the catalogue is broken or gone."""

    release: Release
    attempt: Attempt
    stage: Stage
    runs: Deployed
    """What is to go: what runs, or is being brought there."""
    named: Deployed | None
    """What the grants of that stage name; None: one person may go back to nothing."""
    why_none: str
    instead: str
    """What can be done where the grants name nothing."""
    since: datetime | None

    def to(self, aim: Deployed) -> bool:
        """Whether that is what the grants name."""
        return self.named is not None and aim.digest == self.named.digest


def way_to_go_back(tx: Transaction, service: str, environment: str) -> WayToGoBack:
    """From the stage at work there, else from what the log says runs. Raises RefusedError where there is nothing."""
    lease = tx.leases.live(service, environment)
    runs = tx.records.deployed(service, environment)
    attempt, stage = _stage(tx, lease, runs, environment)
    if attempt is None or stage is None:
        message = f"nothing that Slipway deployed runs of {service} in {environment}: there is nothing to take back"
        raise RefusedError(NOTHING_THERE, message)
    if not stage.role.on_live_path:
        raise RefusedError("not_in_dev", f"{environment} is released to, not rolled back: start dev__{service} again")
    release = release_of(tx, attempt)
    if stage.definition.target is None:
        message = f"{service} is changed outside: whoever made the change takes it back, and records that"
        raise RefusedError("changed_outside", message)
    if lease is not None:
        runs = Deployed(version=attempt.version, digest=attempt.digest)
    named, why_none, instead = _named(tx, release, stage, runs)
    return WayToGoBack(
        release=release,
        attempt=attempt,
        stage=stage,
        runs=runs,
        named=named,
        why_none=why_none,
        instead=instead,
        since=runs.since,
    )


def _stage(
    tx: Transaction, lease: LeaseHolder | None, runs: Deployed, environment: str
) -> tuple[Attempt | None, Stage | None]:
    attempt_id = lease.attempt_id if lease is not None else runs.attempt
    attempt = None if attempt_id is None else tx.releases.attempt(attempt_id)
    if attempt is None:
        return None, None
    if lease is not None:
        return attempt, tx.stages.get(attempt.id, StageRole(lease.role))
    there = (stage for stage in tx.stages.of_attempt(attempt.id) if stage.environment == environment)
    return attempt, next(there, None)


def _named(tx: Transaction, release: Release, stage: Stage, runs: Deployed) -> tuple[Deployed | None, str, str]:
    if runs.brought_back or release.rollback is not None:
        return None, f"{runs.version} was brought back itself, and its grants name nothing before it", _NAME_IT
    if stage.previous_digest is None or stage.previous_version is None:
        return None, f"nothing ran there before {runs.version}, so there is nothing to go back to", _RELEASE_A_MEND
    bad = tx.records.why_bad(release.service, stage.previous_digest)
    if bad is not None:
        return None, f"{stage.previous_version} ran there before, and is marked bad since: {bad}", _NAME_IT
    return Deployed(version=stage.previous_version, digest=stage.previous_digest), "", ""
