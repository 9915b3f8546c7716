"""What people are shown when they are asked, as Markdown; its text and hash go into the grant."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from slipway.domain.address import host_of
from slipway.domain.announcement import Acknowledgement, Announcement
from slipway.domain.arrival import Arrival
from slipway.domain.change import OutsideChange
from slipway.domain.commits import CommitsSinceLive, harmless
from slipway.domain.disclosure import is_reference
from slipway.domain.grant import Grant, Step
from slipway.domain.last_day import LastDay
from slipway.domain.left_in_preprod import LeftInPreprod
from slipway.domain.migration_evidence import migration_lines
from slipway.domain.policy.decision import Facts
from slipway.domain.release import ChangeKind, Release, Stage
from slipway.domain.service import SmokeSuite, StageRole
from slipway.domain.text_limits import NAME, TEXT
from slipway.domain.watch_verdict import CheckVerdict
from slipway.domain.way_back import WayBack, way_back
from slipway.domain.way_back_rehearsal import WayBackTried

MOST_SHOWN = 30
"""Longer lists of other services' changes hide the rest of the form."""
_SIGN_IN_NAME = re.compile(r"[A-Za-z0-9:-]+")

_QUESTIONS = {
    Step.APPROVE: "May {service} {version} be deployed to {environment}?",
    Step.AUTHORISE: "Do you authorise {service} {version} for {environment}?",
    Step.SIGN_OFF: "Do you sign off {service} {version} for {environment}?",
    Step.CONFIRM: "Does {service} {version} do in {environment} what it should?",
    Step.VERDICT: "The watch of {service} {version} in {environment} gave no clear answer. Is it good?",
}

_ONCE_DEPLOYED = frozenset({Step.CONFIRM, Step.VERDICT})


def question(step: Step, facts: Facts) -> str:
    """The headline of the request."""
    return _QUESTIONS[step].format(
        service=facts.release.service, version=facts.attempt.version, environment=facts.stage.environment
    )


def evidence(
    step: Step,
    facts: Facts,
    runs_now: str | None,
    *,
    arrival: Arrival | None = None,
    commits: CommitsSinceLive | None = None,
    left: Sequence[LeftInPreprod] = (),
    watched: Sequence[CheckVerdict] = (),
    last_day: LastDay | None = None,
    tried: WayBackTried | None = None,
    warned_in_dev: Sequence[str] = (),
) -> str:
    """What the decision is based on. `runs_now`: the version that the log says the environment runs."""
    release, attempt = facts.release, facts.attempt
    lines = [
        f"**{question(step, facts)}**",
        "",
        f"- Release: {release.id}, attempt {attempt.number}, of team {release.team}, {release.kind}",
        f"- Asked for by: {', '.join(map(_named, sorted(release.requesters)))}{_on_behalf_of(release)}",
        f"- What changes: {_said(release.summary) or 'no summary given'}",
        f"- If it goes wrong: {_said(release.rollback_plan) or 'no rollback plan given'}",
        *_where_the_texts_are(release),
        f"- Ticket: {_said(release.ticket or '') or 'none given'}",
        *([f"- **Potentially problematic**, says {release.requested_by}"] if release.problematic else []),
        *_announced(facts.announcement),
        *map(_acknowledged, facts.acknowledged),
        f"- Stays around afterwards: {release.attended_by or 'nobody was named'}",
        *([f"- {facts.booking}: {_said(facts.booking.state)}"] if facts.booking else []),
        *(
            _artefact(step, facts, runs_now, arrival, commits)
            if release.change is None
            else _change(facts, release.change, runs_now)
        ),
        *([tried.line] if tried else []),
        *([f"- **Warnings** in Dev: {_said('; '.join(warned_in_dev))}"] if warned_in_dev else []),
        *_since_the_proof(facts),
        *_differs_from_live(left, facts),
        *(last_day.lines() if last_day else ()),
        *_watch(facts),
        *(f"- Watched: {one.told(is_over=True, said=_said, strong='**{}**'.format)}" for one in watched),
        *(f"- Needs {state}" for state in facts.needs),
        *(f"- {known}" for known in facts.emergencies),
        *(f"- {_grant(grant)}" for grant in facts.grants),
        *(f"- In the way now: {_said(hold.reason)} (hold {hold.id} by {hold.placed_by})" for hold in facts.holds),
    ]
    if facts.bad_version is not None:
        lines.append(f"- This version is marked bad: {_said(facts.bad_version)}")
    if attempt.bad_again is not None:
        again = attempt.bad_again
        lines.append(f"- It is tried again all the same, says {again.by}, because: {_said(again.reason)}")
    return "\n".join(lines)


def _announced(announcement: Announcement | None) -> Iterator[str]:
    """Who was told beforehand."""
    if announcement is None:
        return
    delivered = announcement.delivered
    if delivered is not None:
        reached = f"reached people at {delivered.at:%Y-%m-%d %H:%M} UTC by {_said(delivered.way)}"
    elif not announcement.told:
        reached = "it is being sent with this question"
    else:
        reached = f"**has reached nobody yet** ({_said(announcement.problem)})"
    yield f"- Announced at {announcement.told_at:%Y-%m-%d %H:%M} UTC: {reached}"


def _acknowledged(one: Acknowledgement) -> str:
    comment = f": {_said(one.comment)}" if one.comment.strip() else ""
    return f"- Acknowledged by {one.person} at {one.at:%Y-%m-%d %H:%M} UTC{comment}"


def _on_behalf_of(release: Release) -> str:
    return f", on behalf of team {release.for_team}" if release.for_team else ""


def _where_the_texts_are(release: Release) -> Iterator[str]:
    """A security release's form carries a reference; whoever decides and is of the disclosure group can follow it."""
    if release.kind is ChangeKind.SECURITY and is_reference(release.summary):
        where = f"[{release.summary}](/slipway/api/disclosures/{release.summary})"
        yield (
            f"- The texts: {where}, or `slipway disclosure show {release.summary}`; until they are published for the"
            " disclosure group only, and each look is in the log"
        )


def _after_a_failure(step: Step, facts: Facts, runs_now: str | None) -> str:
    """What runs now comes back only as long as nothing was deployed over it."""
    proof = None if facts.migration is None else facts.migration.proof
    if proof is not None and way_back(proof) is WayBack.STOP:
        return "**a failure does not bring it back**: its migrations leave no proven way, see below"
    if step in _ONCE_DEPLOYED:
        back = facts.stage.previous_version
        return f"a failure brings back {back}" if back else "a failure removes it: nothing ran here before"
    if runs_now:
        return "that is what a failure brings back"
    page = facts.stage.definition.in_place_of_nothing
    if page is None or page.digest is None:
        return "a failure removes it again"
    return f"a failure brings {page.version} (`{page.digest[:19]}…`), which stands in for nothing"


def _artefact(
    step: Step, facts: Facts, runs_now: str | None, arrival: Arrival | None, commits: CommitsSinceLive | None
) -> Iterator[str]:
    yield f"- Artefact: {facts.attempt.version}, `{facts.attempt.digest}`"
    yield from [arrival.line()] if arrival else ()
    yield f"- Runs in {facts.stage.environment} now: {runs_now or 'nothing'}; {_after_a_failure(step, facts, runs_now)}"
    listed = commits.lines() if commits else iter(())
    is_secret = facts.release.kind is ChangeKind.SECURITY  # what a commit is about may not be known: its first line
    yield from islice(listed, 1) if is_secret else listed
    yield from migration_lines(facts.migration, facts.stage)
    yield from _instead_of_preprod(facts.release)
    yield from (f"- Proven in {_stage(stage)}" for stage in facts.stages_before)


def _change(facts: Facts, change: OutsideChange, runs_now: str | None) -> Iterator[str]:
    """What is done outside: the platform neither proves it nor takes it back, and says so."""
    act = facts.stage.definition.act
    yield f"- Sort of change: {change.sort.replace('_', ' ')}; where: {_said(change.where)}"
    yield f"- What you decide about: {facts.attempt.version}, `{facts.attempt.digest}`"
    yield f"- Tested before live: {_said(change.tested) or f'**no**, because {_said(change.untested_because)}'}"
    if not change.sort.by_pipeline:
        yield f"- By hand until {change.by_hand_until}, because {_said(change.by_hand_because)}"
    if change.is_exception:
        yield "- An exception: one of the two who decide must be a manager, and agrees to it by that"
    if change.planned:
        yield f"- Planned for {change.planned} or later"
    if act is not None:
        yield f"- Made by a {act.by}, with {act.deadline_minutes} minutes from its turn on; the platform cannot undo it"
    suite = facts.stage.definition.smoke
    yield f"- Checked afterwards by {_checks(suite) if suite else 'the person who confirms it'}"
    released_here = any(stage.definition.target is not None for stage in facts.stages_before)
    if suite and released_here and runs_now is None:
        yield (
            f"- **Nothing of {facts.release.service} runs in {facts.stage.environment}**, says the log: if nothing"
            " answers that check, the change ends as live_uncertain, and the service is held"
        )


def _checks(suite: SmokeSuite) -> str:
    """The whole address is in the catalogue; what stands in it may be secret."""
    number = len(suite.checks)
    return f"{number} {'check' if number == 1 else 'checks'} at {host_of(suite.url)}"


def _said(text: str) -> str:
    """A person's words, inert: they must not look like the platform's own, nor load or lead anywhere. Empty: none."""
    return harmless(text, TEXT) if text.strip() else ""


def _named(requester: str) -> str:
    """Most are sign-in names; the authors of a build are whatever its pipeline sent."""
    return requester if _SIGN_IN_NAME.fullmatch(requester) else harmless(requester, NAME)


def _instead_of_preprod(release: Release) -> Iterator[str]:
    if release.proof_in is not None:
        yield f"- **Not proven in Preprod**: {release.requested_by} says that it is down; {release.proof_in} stands in"


def _stage(stage: Stage) -> str:
    return f"{stage.environment}: {stage.outcome or 'not finished'} ({_said(stage.detail)})"


def _watch(facts: Facts) -> Iterator[str]:
    """What looks at live after the deploy, and who; or that nothing and nobody does."""
    stage, waiver = facts.stage, facts.confirmation_waiver
    watch = stage.definition.watch
    if stage.role is not StageRole.PROD or stage.definition.act is not None:
        return
    if watch is None:
        and_who = "" if waiver else " and the person who confirms it"
        yield f"- Watched in live afterwards: **nothing**; only smoke tests{and_who} tell"
    else:
        names = ", ".join(_said(check.name) for check in watch.checks)
        span = f"{watch.minutes} {'minute' if watch.minutes == 1 else 'minutes'}"
        yield f"- Watched in live afterwards, for {span}: {names}"
    if waiver is not None:
        yield f"- **Nobody is asked to confirm it in live**: {waiver}, because {_said(waiver.reason)}"


def _since_the_proof(facts: Facts) -> Iterator[str]:
    """When Preprod proved it, and what else changed there since, for those who decide about Prod (R3)."""
    for environment, proof in facts.proofs.items():
        warnings = f"; **warnings**: {_said('; '.join(proof.warnings))}" if proof.warnings else ""
        yield f"- Last proof in {environment}: {proof.verdict}, {proof.at:%Y-%m-%d %H:%M} UTC{warnings}"
    if not facts.proofs:
        return
    if not facts.changes:
        yield "- Changed in pre-production since: nothing else"
        return
    yield "- Changed in pre-production since:"
    for change in facts.changes[:MOST_SHOWN]:
        depended = ": **this service depends on it**" if change.service in facts.attempt.depends_on else ""
        yield f"    - {change}{depended}"
    if len(facts.changes) > MOST_SHOWN:
        yield f"    - and {len(facts.changes) - MOST_SHOWN} other services"


def _differs_from_live(left: Sequence[LeftInPreprod], facts: Facts) -> Iterator[str]:
    """What is in pre-production and not in live, besides what is decided about: whatever is proven runs beside it."""
    mine = (facts.release.service, facts.attempt.digest)
    others = [one for one in left if (one.service, one.digest) != mine]
    for one in others[:MOST_SHOWN]:
        yield f"- **{one.environment} differs from live**: {one}"
    if len(others) > MOST_SHOWN:
        yield f"- and so do {len(others) - MOST_SHOWN} other services"


def _grant(grant: Grant) -> str:
    looked = ""
    if grant.looked_by.strip() or grant.looked_at.strip():
        looked = f", after {_said(grant.looked_by) or 'somebody'} looked at {_said(grant.looked_at) or 'it'}"
    return f"{grant.step}: {grant.decision} by {grant.person} at {grant.granted_at:%Y-%m-%d %H:%M} UTC{looked}"
