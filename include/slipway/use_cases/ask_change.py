"""The pipeline of a static app asks before it deploys: a release, whose run the reconciler starts (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slipway.domain import messages
from slipway.domain.change import OutsideChange
from slipway.domain.errors import RefusedError, Remedy, SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.people import People
from slipway.domain.release import ChangeKind, Outcome, Release
from slipway.domain.service import StageRole
from slipway.domain.text_limits import MOST_AUTHORS, REFUSAL, says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import NewRelease
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.change_stages import as_payload, refuse_what_does_not_fit
from slipway.use_cases.keyed import answer_before, keep_answer
from slipway.use_cases.refuse_long_texts import refuse_long_texts, shortened
from slipway.use_cases.what_it_fixes import refuse_what_needs_no_fix
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class AskedChange:
    """What a pipeline asks for. `authors` of the commits, by id or address: they count as requesters."""

    service: str
    change: OutsideChange
    rollback_plan: str
    authors: Sequence[str]
    key: str
    ticket: str | None = None
    fixes: str | None = None

    def texts(self) -> dict[str, str | None]:
        """What the pipeline wrote, by the field's name."""
        more = {"key": self.key, "rollback_plan": self.rollback_plan, "ticket": self.ticket, "fixes": self.fixes}
        authors = {f"author_{number}": author for number, author in enumerate(self.authors, 1)}
        return {"service": self.service, **self.change.texts, **more, **authors}

    def as_body(self) -> JsonObject:
        """What makes two requests the same."""
        more = {"rollback_plan": self.rollback_plan, "authors": sorted(self.authors), "ticket": self.ticket}
        what = {"digest": self.change.digest, "version": self.change.version, "what": self.change.what}
        return {**what, **as_payload(self.change), **more, "fixes": self.fixes}


def ask_change(world: World, who: Reporter, asked: AskedChange) -> JsonObject:
    """The release's id; the same key gives the same again. Raises RefusedError, which is in the log."""
    try:
        return _ask(world, who, asked)
    except SlipwayError as error:
        if error.remedy is Remedy.FAIL:
            _log_refusal(world, who, asked, error)
        raise


def _ask(world: World, who: Reporter, asked: AskedChange) -> JsonObject:
    refuse_long_texts(asked.texts())
    if len(asked.authors) > MOST_AUTHORS:
        raise RefusedError("too_many_authors", f"at most {MOST_AUTHORS} authors are read: ask for a smaller build")
    if who.token_for != asked.service:
        raise RefusedError("not_this_service", f"this token is for {who.token_for}, not for {asked.service}")
    service = world.definitions.service(asked.service)
    scope, body = f"ask:{asked.service}", asked.as_body()
    with world.store.transaction() as tx:
        tx.releases.lock_service(asked.service)
        before = answer_before(tx, scope, asked.key, body)
        if before is not None:
            return before
        policy = tx.policy()
        owner = policy.services.get(service.name)
        if owner is None:
            raise RefusedError("not_in_effect", f"{service.name} is not in the policy in effect: activate it first")
        service = replace(service, team=owner.team, product_owner=owner.product_owner)
        refuse_what_does_not_fit(tx, policy, service, asked.change)
        _refuse_gaps(tx, asked)
        release = _create(tx, policy.people, who, asked, service.team, service.product_owner)
        answer = {"id": release.id, "detail": f"{release.id} is asked for: GET /slipway/api/changes/{release.id}"}
        keep_answer(tx, scope, asked.key, body, answer)
        tx.wake()
        return answer


def _refuse_gaps(tx: Transaction, asked: AskedChange) -> None:
    if not asked.change.sort.by_pipeline:
        raise RefusedError("by_hand", "a pipeline asks for a build of its static app only; people record the rest")
    if says_nothing(asked.rollback_plan):
        raise RefusedError("text_missing", "the rollback plan is missing: say in a sentence what people should know")
    if not any(author.strip() for author in asked.authors):
        raise RefusedError("authors_missing", "name the authors of the commits: they may not approve their own work")
    refuse_what_needs_no_fix(tx, asked.service, asked.fixes)


def _create(
    tx: Transaction, people: People, who: Reporter, asked: AskedChange, team: str, product_owner: str | None
) -> Release:
    release = tx.releases.create(
        NewRelease(
            service=asked.service,
            team=team,
            kind=ChangeKind.STANDARD,
            summary=asked.change.what,
            rollback_plan=asked.rollback_plan,
            to=StageRole.PROD,
            requested_by=who.actor.id,
            ticket=asked.ticket,
            fixes=asked.fixes,
            product_owner=product_owner,
            extra={},
            change=asked.change,
        )
    )
    authors = sorted({_person(people, author.strip()) for author in asked.authors if author.strip()})
    for author in authors:
        tx.releases.add_requester(release.id, author)
    payload = {**asked.as_body(), "authors": authors, "key": asked.key, "origin": "pipeline"}
    tx.log("release_requested", who.actor, release_id=release.id, service=release.service, payload=payload)
    tx.tell(messages.outside_changes.asked_by_pipeline(release, asked.change.version))
    return release


def _person(people: People, author: str) -> str:
    """Whoever has this id or address; a stranger stays as they are named."""
    if people.find(author) is not None:
        return author
    same = (one.id for one in people.by_id.values() if one.email and one.email.lower() == author.lower())
    return next(same, author)


def _log_refusal(world: World, who: Reporter, asked: AskedChange, error: SlipwayError) -> None:
    payload = {
        "code": getattr(error, "code", type(error).__name__),
        "message": shortened(str(error), REFUSAL),
        "version": shortened(asked.change.version),
        "key": shortened(asked.key),
        "outcome": Outcome.REFUSED.value,
    }
    with world.store.transaction() as tx:
        tx.log("release_refused", who.actor, service=shortened(asked.service), payload=payload)
