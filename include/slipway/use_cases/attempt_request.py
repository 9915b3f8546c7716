"""What a DAG run asks for, and which of it people wrote."""

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.domain.change import OutsideChange
from slipway.domain.disclosure import NOT_BY_HAND
from slipway.domain.errors import RefusedError
from slipway.domain.release import ChangeKind, Origin
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.change_stages import CHANGE_DAG
from slipway.use_cases.keep_private import refuse_free_text


@dataclass(frozen=True, kw_only=True)
class AttemptRequest:
    """What a DAG run asks for. `release_id` names the release that this is a further attempt of."""

    service: str
    dag_id: str
    run_id: str
    origin: Origin
    actor: Actor
    version: str | None
    summary: str = ""
    rollback_plan: str = ""
    kind: ChangeKind = ChangeKind.STANDARD
    to: StageRole = StageRole.PROD
    release_id: str | None = None
    ticket: str | None = None
    fixes: str | None = None
    needs: str = ""
    """What must be live first, as written: `service=version`, several with commas between them."""
    despite_bad: str = ""
    """Why a version that is marked bad may be tried again; empty: it may not."""
    for_team: str | None = None
    attended_by: str | None = None
    support: str | None = None
    """Number of a booking, as written."""
    proof_in: str | None = None
    """The stand-in that proves it, where Preprod is down."""
    contains: str = ""
    """Emergency releases that the version is declared to contain, as written: `r17`, several with commas."""
    extra: Mapping[str, str] | None = None
    change: OutsideChange | None = None
    """What somebody outside is to do; None: an artefact is released."""


def texts_of(request: AttemptRequest) -> dict[str, str | None]:
    """What people wrote into the form, by the field's name."""
    of_change = request.change.texts if request.change else {}
    return {**{name: getattr(request, name) for name in _TEXTS}, **of_change, **(request.extra or {})}


_TEXTS = (
    *("service", "version", "summary", "rollback_plan", "release_id", "ticket", "fixes", "needs", "despite_bad"),
    *("for_team", "attended_by", "support", "proof_in", "contains"),
)


def refuse_free_text_in(request: AttemptRequest) -> None:
    """A run of a security release carries references only and changes nothing by hand. Raises RefusedError."""
    if request.change is not None or request.dag_id == CHANGE_DAG:
        raise RefusedError("not_by_hand", NOT_BY_HAND)
    given = {"ticket": request.ticket, "fixes": request.fixes, "despite_bad": request.despite_bad}
    given |= {"for_team": request.for_team, "attended_by": request.attended_by, "support": request.support}
    given |= {"contains": request.contains, "version": request.version, **(request.extra or {})}
    words = {name.replace("_", " "): text for name, text in given.items() if text}
    refuse_free_text(request.summary, request.rollback_plan, request.needs, words)
