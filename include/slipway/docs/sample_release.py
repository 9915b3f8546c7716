"""An invented release, and what may happen around it: what the samples of messages are made from."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from slipway.domain.activity import Quarantine
from slipway.domain.arrival import MirroredCopy
from slipway.domain.audit import Finding
from slipway.domain.booking import Booking
from slipway.domain.break_glass import Opening
from slipway.domain.commits import CommitsSinceLive
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.disclosure import Disclosure
from slipway.domain.grant import ApprovalRequest, Awaited, Step
from slipway.domain.left_in_preprod import LeftInPreprod, Return
from slipway.domain.log_entry import GENESIS, LogEntry
from slipway.domain.migration_proof import FindingCode
from slipway.domain.migration_waiver import MigrationWaiver, Terms
from slipway.domain.open_finding import LoggedFinding, Said
from slipway.domain.platform import Action
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Attempt, ChangeKind, Origin, Outcome, Release, ReleaseState, Stage, StageOutcome
from slipway.domain.review import Review, ReviewKind
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.service import StageDefinition, StageRole
from slipway.domain.sighting import Sighting
from slipway.domain.stage_ending import Ending
from slipway.domain.two_people import PendingAct, PendingState

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
IN_AN_HOUR = NOW + timedelta(hours=1)
NEW, OLD = "sha256:" + "2" * 64, "sha256:" + "1" * 64
IN_EFFECT, ON_DISK = "a" * 64, "b" * 64
ADDRESS = "https://airflow.example"

RELEASE = Release(
    id="r-0042",
    service="orders",
    team="ordering",
    kind=ChangeKind.STANDARD,
    summary="takes orders by phone",
    rollback_plan="bring 1.0 back",
    to=StageRole.PROD,
    requested_by="rita",
    requesters=frozenset({"rita"}),
    state=ReleaseState.OPEN,
    outcome=None,
    requested_at=NOW,
)
ON_BEHALF = replace(RELEASE, requested_by="lena", for_team="ordering")
EMERGENCY = replace(RELEASE, kind=ChangeKind.EMERGENCY)
SECURITY = replace(RELEASE, kind=ChangeKind.SECURITY, summary="SEC-7", rollback_plan="SEC-7")
NIGHTLY = replace(RELEASE, to=StageRole.DEV, requested_by="platform", summary="")
OUTSIDE = replace(RELEASE, service="carrier", summary="the carrier's tariff of December")
ROLLING_BACK = replace(RELEASE, id="r-0043", summary="orders are lost")

ATTEMPT = Attempt(
    id="r-0042.1",
    release_id=RELEASE.id,
    number=1,
    service=RELEASE.service,
    dag_id="release__orders",
    run_id="manual-1",
    version="1.1",
    digest=NEW,
    origin=Origin.PERSON,
    actor="rita",
    opened_at=NOW,
    outcome=None,
)
RESCUE = replace(ATTEMPT, id="r-0043.1", release_id=ROLLING_BACK.id, version="1.0", digest=OLD, is_rollback=True)
OTHER = replace(ATTEMPT, id="r-0041.1", release_id="r-0041", service="forms", version="3.2")

STAGE = Stage(
    attempt_id=ATTEMPT.id,
    role=StageRole.PROD,
    definition=StageDefinition(role=StageRole.PROD, environment="prod", target=None, smoke=None),
    policy_hash=IN_EFFECT,
    ending=None,
    ending_detail="",
    smoke=None,
    confirmed=None,
    previous_digest=OLD,
    previous_version="1.0",
    previous_revision=None,
    outcome=None,
    detail="",
)
PASSED = Ending(outcome=StageOutcome.PASSED, detail="deployed, smoke passed, confirmed by a person")
SMOKE_FAILED = "smoke: fail (takes a parcel: POST https://preprod.example/parcels answered 500 instead of 201)"
MARKED_BAD = f"{SMOKE_FAILED}, in preprod"
UNVERIFIED = Ending(
    outcome=StageOutcome.UNVERIFIED,
    detail="live and smoke passed, but nobody confirmed the new functionality in time: a verdict is owed",
)
LIVE, FAILED = Outcome.LIVE, Outcome.ROLLED_BACK

REQUEST = ApprovalRequest(
    attempt_id=ATTEMPT.id,
    step=Step.AUTHORISE,
    evidence="",
    evidence_hash="",
    eligible=("sam", "sue"),
    expires_at=IN_AN_HOUR,
)
AWAITED = Awaited(
    attempt_id=ATTEMPT.id,
    step=Step.AUTHORISE,
    eligible=REQUEST.eligible,
    expires_at=IN_AN_HOUR,
    reminder_key=f"{ATTEMPT.id}:authorise:1:reminder",
    is_last=False,
)
LAST = replace(AWAITED, step=Step.CONFIRM, reminder_key=f"{ATTEMPT.id}:confirm:1:last", is_last=True)
COMMITS = CommitsSinceLive(since="1.0", total=7)

ROLLBACK = Rollback(
    environment="prod",
    version="1.0",
    digest=OLD,
    from_version="1.1",
    from_digest=NEW,
    from_attempt=ATTEMPT.id,
    from_release=RELEASE.id,
    schema_too=True,
    basis=Basis.PRE_AUTHORISED,
)
RETURN = replace(ROLLBACK, environment="preprod", basis=Basis.RETURN)
LEFT = LeftInPreprod(
    service="orders",
    environment="preprod",
    version="1.1",
    digest=NEW,
    attempt_id=ATTEMPT.id,
    release_id=RELEASE.id,
    state=ReleaseState.ENDED,
    outcome=Outcome.REJECTED,
    is_rollback=False,
    live_version="1.0",
    live_digest=OLD,
    busy=False,
    returns=(Return(release_id=ROLLING_BACK.id, outcome=Outcome.REFUSED, ended_at=NOW),),
)
PENDING = PendingAct(
    id=5,
    action=Action.BREAK_LEASE,
    parameters={},
    reason="its worker is gone",
    first="lena",
    state=PendingState.WAITING,
    asked_at=NOW,
    expires_at=IN_AN_HOUR,
    second=None,
    ended_at=None,
    result="",
)

WAIVER = MigrationWaiver(
    id=3,
    proof_id="p-17",
    by="mona",
    at=NOW,
    terms=Terms(code=FindingCode.TABLE_REWRITTEN, reason="the table is small", expires_at=NOW + timedelta(days=7)),
    authors_known=False,
)
QUARANTINE = Quarantine(
    activity_id="4f1c",
    service="orders",
    environment="prod",
    by="lena and mona",
    reason="the cluster is down",
    at=NOW,
    asked_at=NOW,
)
BOOKING = Booking(
    id=9,
    service="orders",
    begins=NOW,
    ends=IN_AN_HOUR,
    reason="the first release by phone",
    booked_by="rita",
    accepted_by=None,
    waived_by=None,
    waived_because=None,
)
CONFIRMATION_WAIVER = ConfirmationWaiver(
    id=4,
    service="orders",
    by="mona",
    at=NOW,
    expires_at=IN_AN_HOUR,
    reason="nobody is in on the holiday; the watch looks at orders and errors",
)
REVIEW = Review(
    id=12,
    kind=ReviewKind.EMERGENCY,
    about="emergency r-0042 of orders, declared by sam: orders are lost",
    release_id=RELEASE.id,
    service="orders",
    opened_by="sam",
    opened_at=NOW,
    closed_by=None,
)
DISCLOSURE = Disclosure(
    reference="SEC-8",
    service="orders",
    summary="",
    rollback_plan="",
    salt="",
    filed_by="rita",
    filed_at=NOW,
    release_id=RELEASE.id,
    published_by=None,
)
OPENING = Opening(
    id=2,
    person="lena",
    reason="a run hangs",
    asked_by="lena",
    activated_by="mona",
    opened_at=NOW,
    until=IN_AN_HOUR,
    closed_at=None,
    closed_by=None,
)
COPY = MirroredCopy(id=6, service="orders", version="1.1", digest=NEW, source="the mirror", asked_at=NOW)
DRIFTED = Sighting(
    environment="prod", digest=NEW, version="1.1", healthy=True, detail="", logged_digest=OLD, logged_row=1
)
FOUND = Finding(
    what="run started",
    actor="root",
    via="airflow",
    at=NOW,
    dag_id="release__orders",
    run_id="manual-2",
)
EXPLAINED = LoggedFinding(
    entry=LogEntry(
        seq=815,
        at=NOW.isoformat(),
        kind="unauthorised_change",
        release_id=None,
        attempt=None,
        service="orders",
        environment=None,
        actor=FOUND.actor,
        via=FOUND.via,
        payload=json.dumps(FOUND.as_json()),
        prev_hash=GENESIS,
        hash=GENESIS,
    ),
    explanations=(Said(person="sam", because="a script started it", at=NOW),),
)
WAITS_FOR = (
    Blocker(code="lane_busy", message="attempt r-0041.1 holds the lane live (prod)", cleared_by="the end of r-0041.1"),
    Blocker(code="hold", message="hold 3 on service orders by lena: stock taking", cleared_by="lena"),
)
