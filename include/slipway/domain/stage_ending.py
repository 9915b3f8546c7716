"""How a stage ends, from what is known of it (`lifecycle.md`, How a stage finishes). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slipway.domain.activity import Activity, ActivityKind, ActivityState, last_work
from slipway.domain.address import place_of
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import in_words, is_way_back


@dataclass(frozen=True, kw_only=True)
class Ending:
    """`undo` True: the previous artefact must come back first; the outcome then says how that went."""

    outcome: StageOutcome
    detail: str
    undo: bool = False


def how_it_ends(attempt: Attempt, stage: Stage, activities: Sequence[Activity], found: str = "") -> Ending:
    """Every activity is closed when this is asked. Once an undo was begun, the stage is undone.

    `found`: the first check that failed, in a few words."""
    if not activities:
        return _nothing_was_touched(attempt, stage)
    if attempt.is_rollback:
        return _how_a_rollback_ends(attempt, stage, activities, found)
    if stage.definition.act is not None:
        return _how_an_act_ends(attempt, stage, activities, found)
    undo_begun = any(a.kind is ActivityKind.UNDO for a in activities)
    last = last_work(activities)
    deployed = last is not None and last.state.succeeded and not is_way_back(last)
    stopped = attempt.stop_requested_by is not None
    if deployed and stage.smoke == "pass" and not stopped:
        ending = _after_a_pass(stage, found)
        if ending.undo or not undo_begun:
            return ending
        return Ending(outcome=StageOutcome.UNDONE, detail="undone before all its answers were in", undo=True)
    work = [a for a in activities if a.kind is not ActivityKind.UNDO]
    return Ending(outcome=StageOutcome.UNDONE, detail=_why(attempt, stage, work, deployed, found), undo=True)


def _how_a_rollback_ends(attempt: Attempt, stage: Stage, activities: Sequence[Activity], found: str) -> Ending:
    """It is never undone itself: what it took away was no good. A stop that comes after its work is too late."""
    work = next(a for a in activities if a.kind is ActivityKind.DEPLOY)
    if not work.state.succeeded:
        why = f"bringing {attempt.version} back {work.state.replace('_', ' ')}: {work.detail}"
    elif stage.smoke != "pass":
        why = f"{work.detail}, but {_smoke(stage, found)}"
    else:
        return Ending(outcome=StageOutcome.PASSED, detail=f"{work.detail}; smoke passed")
    return Ending(outcome=StageOutcome.LIVE_UNCERTAIN, detail=why)


def _how_an_act_ends(attempt: Attempt, stage: Stage, activities: Sequence[Activity], found: str) -> Ending:
    """The platform cannot undo what it did not do: whoever did it reports that it is undone, or nobody knows."""
    act = next(a for a in activities if a.kind is ActivityKind.ACT)
    undo = deciding_undo(activities)
    if undo is not None and undo.state.succeeded:
        return Ending(outcome=StageOutcome.UNDONE, detail=f"{act.detail}; what was before is back")
    if not act.state.succeeded:
        detail = f"{act.state.replace('_', ' ')}: {act.detail}"
    elif stage.smoke == "pass":
        too_late = f"; {attempt.stop_requested_by} stopped it, too late" if attempt.stop_requested_by else ""
        return Ending(outcome=StageOutcome.PASSED, detail=f"done, reported and checked{too_late}")
    else:
        detail = f"it was done, but {_what_its_check_said(stage, found)}"
    return Ending(
        outcome=StageOutcome.LIVE_UNCERTAIN,
        detail=f"{detail}. Go back by its rollback plan, and record that as a change that fixes {attempt.release_id}",
    )


def _what_its_check_said(stage: Stage, found: str) -> str:
    """Why nobody knows whether it works. The address is named without what may be secret in it."""
    if stage.smoke is None:
        return "it was not checked"
    suite = stage.definition.smoke
    if suite is None or not suite.checks:
        return "there is no check that says whether it works"
    at = place_of(suite.url)
    if stage.smoke == "unknown":
        return f"its check found out nothing: nothing answered it at {at}"
    if stage.smoke == "fail":
        return f"its check of {at} failed{_in_brackets(found)}"
    return f"its check of {at} said {stage.smoke}"


def _nothing_was_touched(attempt: Attempt, stage: Stage) -> Ending:
    stopped = attempt.stop_requested_by is not None
    if stage.ending is not None and not (stopped and stage.ending is StageOutcome.RENEWED):
        return Ending(outcome=stage.ending, detail=stage.ending_detail)
    if stopped:
        detail = f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}"
        return Ending(outcome=StageOutcome.WITHDRAWN, detail=detail)
    detail = "its run ended before anything was done here: nothing was touched, nothing is undone"
    return Ending(outcome=StageOutcome.NOT_STARTED, detail=detail)


def _after_a_pass(stage: Stage, found: str) -> Ending:
    if stage.role is not StageRole.PROD:
        return Ending(outcome=StageOutcome.PASSED, detail="deployed, smoke passed")
    if stage.said_no:
        return Ending(outcome=StageOutcome.UNDONE, detail=why_bad(stage, found), undo=True)
    if stage.is_confirmed and stage.watch_is_settled:
        detail = f"deployed, smoke passed{_watched(stage)}, {_confirmed(stage)}"
        return Ending(outcome=StageOutcome.PASSED, detail=detail)
    owed = [] if stage.is_confirmed else ["nobody confirmed the new functionality in time"]
    if not stage.watch_is_settled:
        found = "the watch came to no end" if stage.watched is None else "the watch was not clear"
        owed.append(f"{found}, and nobody decided in time")
    return Ending(
        outcome=StageOutcome.UNVERIFIED,
        detail=f"live and smoke passed, but {', and '.join(owed)}: a verdict is owed",
    )


def _confirmed(stage: Stage) -> str:
    if stage.confirmed == "waived":
        return f"confirmed by nobody (confirmation waiver {stage.confirmation_waiver})"
    return "confirmed by a person"


def why_bad(stage: Stage, found: str) -> str:
    """Which check or person failed it, without how it was undone."""
    if stage.smoke == "fail":
        return _smoke(stage, found)
    if stage.confirmed == "fail":
        return "a person looked at live and said it does not work"
    if stage.watched == "fail":
        return f"the watch of live failed{f': {found}' if found else ''}"
    return "the watch was not clear, and a person said no"


def _smoke(stage: Stage, found: str) -> str:
    return f"smoke: {stage.smoke or 'not run'}{_in_brackets(found)}"


def _in_brackets(found: str) -> str:
    return f" ({found})" if found else ""


def _watched(stage: Stage) -> str:
    if stage.definition.watch is None:
        return ""
    return ", watched" if stage.watched == "pass" else ", the watch judged by a person"


def _why(attempt: Attempt, stage: Stage, activities: Sequence[Activity], deployed: bool, found: str) -> str:
    if attempt.stop_requested_by is not None:
        return f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}"
    failed = next((a for a in reversed(activities) if not a.state.succeeded), None)
    if failed is not None:
        return f"{in_words(failed)} {failed.state}: {failed.detail}"
    if last_work(activities) is not None and not deployed:
        return f"going back was rehearsed, and {attempt.version} was not brought again"
    if not deployed:
        return "migrated, but never deployed"
    return _smoke(stage, found)


UNDO_TRIES = 3
"""How often bringing back the previous artefact is tried before the environment is declared uncertain."""


def deciding_undo(activities: Sequence[Activity]) -> Activity | None:
    """The undo that decides how a stage ended: one that succeeded, or the last try. None: not decided yet."""
    undos = [a for a in activities if a.kind is ActivityKind.UNDO]
    good = next((a for a in undos if a.state.succeeded), None)
    if good is not None or len(undos) < UNDO_TRIES or undos[-1].state is ActivityState.OPEN:
        return good
    return undos[-1]


def undo_outcome(undo: Activity) -> StageOutcome:
    """How the stage ended, from how its undo ended."""
    return StageOutcome.UNDONE if undo.state.succeeded else StageOutcome.LIVE_UNCERTAIN


def as_it_stands(
    attempt: Attempt, stage: Stage, activities: Sequence[Activity], because: str, found: str = ""
) -> Ending:
    """How a stage ends that must let go now: what it began and did not bring back leaves the environment uncertain."""
    if not activities and stage.ending is None and attempt.stop_requested_by is None:
        return Ending(outcome=StageOutcome.NOT_STARTED, detail=f"{because}: nothing was touched")
    ending = how_it_ends(attempt, stage, activities, found)
    if not ending.undo:
        return replace(ending, detail=f"{ending.detail}. {because}")
    last = deciding_undo(activities)
    if last is None:
        return Ending(outcome=StageOutcome.LIVE_UNCERTAIN, detail=f"{ending.detail}. {because}, before it was undone")
    return Ending(outcome=undo_outcome(last), detail=f"{ending.detail}. {because}. Undo: {last.detail}")
