"""What people read by REST. Signing in is enough, but for the log: that is for those who may read everything."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.overview import Overview, Record
from slipway.adapters.service_teams import service_on_disk, team_of
from slipway.catalogue.files import service_names
from slipway.console.log_rights import refuse_strangers_to_the_log
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Instant, Name, Number, RunName
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.use_cases.explain import explain
from slipway.use_cases.show_messages import show_messages
from slipway.use_cases.show_queue import show_queue
from slipway.use_cases.show_services import show_services
from slipway.use_cases.show_watch import with_watches

router = APIRouter()
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/me")
def me(person: Person) -> dict[str, str]:
    """Who is signed in."""
    return {"person": person}


@router.get("/services")
def services(parts: UsedParts) -> list[Record]:
    """Versions per environment, what is behind, what is in flight."""
    with parts.store().transaction() as tx:
        overview = Overview(tx.sql)
        return show_services(
            service_names(parts.catalogue),
            tx.policy().platform.environments,
            overview.running(),
            overview.releases(open_only=True, limit=500),
        )


@router.get("/releases")
def releases(
    parts: UsedParts, service: Name | None = None, state: Name | None = None, limit: Limit = 50
) -> list[Record]:
    """Releases with their last attempt, newest first."""
    with parts.store().transaction() as tx:
        return list(Overview(tx.sql).releases(service=service, state=state, limit=limit))


@router.get("/releases/{release_id}")
def release(release_id: Name, parts: UsedParts) -> Record:
    """One release whole; `watch` of a stage says how far live is watched, and what each check sees."""
    with parts.store().transaction() as tx:
        found = Overview(tx.sql).release(release_id)
        if found is None:
            raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
        return with_watches(tx, found)


@router.get("/changes/{release_id}", include_in_schema=False)
def change(release_id: Name, parts: UsedParts) -> Record:
    """A change made outside, for people: as `releases/{release_id}`. Pipelines are told whether they may begin."""
    found = release(release_id, parts)
    if found["change"] is None:
        raise NotFoundError(f"{release_id} is no change made outside, but a release: `slipway status {release_id}`")
    return found


@router.get("/requests/{dag_id}/{run_id}")
def request(dag_id: RunName, run_id: RunName, parts: UsedParts, person: Person) -> Record:
    """What became of one's own request to release: `state` is waiting, opened or refused, and then says why."""
    with parts.store().transaction() as tx:
        return Overview(tx.sql).request(dag_id, run_id, person)


@router.get("/queue")
def queue(parts: UsedParts) -> list[JsonObject]:
    """Who holds the live lane, and who waits for it."""
    return [place.as_json() for place in show_queue(parts.store())]


@router.get("/leases")
def leases(parts: UsedParts) -> list[Record]:
    """The attempts that hold a lane or a service."""
    with parts.store().transaction() as tx:
        return list(Overview(tx.sql).leases())


@router.get("/activities")
def activities(parts: UsedParts) -> list[Record]:
    """Work outside that is open or quarantined."""
    with parts.store().transaction() as tx:
        return list(Overview(tx.sql).activities())


@router.get("/holds")
def holds(parts: UsedParts, *, all: bool = False) -> list[Record]:  # noqa: A002 - the name in the URL
    """Holds that stand, or all there ever were."""
    with parts.store().transaction() as tx:
        return list(Overview(tx.sql).holds(standing_only=not all))


@router.get("/messages")
def messages(parts: UsedParts, *, undelivered: bool = False, limit: Limit = 50) -> JsonObject:
    """What people were told by each way, newest first, or only what has not arrived; and the ways that do not work."""
    return show_messages(parts.store(), undelivered=undelivered, limit=limit)


@router.get("/log")
def log(
    parts: UsedParts,
    person: Person,
    release: Name | None = None,
    kind: Name | None = None,
    service: Name | None = None,
    actor: Name | None = None,
    before: Number | None = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """The newest entries that match, oldest of them first."""
    with parts.store().transaction() as tx:
        refuse_strangers_to_the_log(tx.policy(), Overview(tx.sql), person, release, service)
        found = LogReader(tx.sql).newest(
            release=release, kind=kind, service=service, actor=actor, before=before, limit=limit
        )
        return [entry.as_json() for entry in found]


@router.get("/explain")
def explain_start(service: Name, environment: Name, parts: UsedParts, at: Instant | None = None) -> list[JsonObject]:
    """May the service be changed there now? Every blocker, for each open attempt or for a new release."""
    with parts.store().transaction() as tx:
        team = team_of(parts.catalogue, tx, service)
    filed = service_on_disk(parts.catalogue, service)
    found = explain(parts.store(), service, team, environment, at, runs_in=filed.runs_in, unreadable=filed.problems)
    return [one.as_json() for one in found]
