"""Names in one file that must exist in another, and fields that must agree with each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slipway.catalogue.document import Document, Location
from slipway.catalogue.people_file import PeopleModel
from slipway.catalogue.platform_file import PlatformModel
from slipway.catalogue.problems import Problem, nearest
from slipway.catalogue.service_file import AnyServiceModel, OutsideModel, ServiceModel
from slipway.catalogue.stage_models import AbsentStageModel, ActStageModel, AnyStageModel, StageModel, TargetKind
from slipway.catalogue.watch_checks import HttpJsonModel, WatchModel
from slipway.domain.address import host_of
from slipway.domain.allowed_hosts import asked_host, is_allowed
from slipway.domain.people import MACHINE_IDS, TeamRole
from slipway.domain.service import CopyStrategy, Profile, StageRole

LEAST_LOOKS = 4
"""In a whole watch."""
MOST_SHOWN = 20
"""Longer lists of allowed names hide the message."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What services may refer to; None where that file could not be read, so nothing can be said."""

    platform: PlatformModel | None
    people: PeopleModel | None
    services: Iterable[str]


def people_problems(document: Document, people: PeopleModel) -> Iterator[Problem]:
    """Ids of machines, people in unknown teams, and names or addresses that two people share."""
    for person_id, person in people.people.items():
        if person_id in MACHINE_IDS:
            what = f"`{person_id}` is a machine's name: a person of that name would act as the platform itself"
            yield document.problem(("people", person_id), what)
        for team in person.teams:
            if team not in people.teams:
                at: Location = ("people", person_id, "teams", team)
                yield unknown_name(document, at, "team", team, people.teams)
    yield from _shared(document, "name", {key: person.name for key, person in people.people.items()})
    emails = {key: person.email.lower() for key, person in people.people.items() if person.email}
    yield from _shared(document, "email", emails)
    subjects = {key: person.subject for key, person in people.people.items() if person.subject}
    yield from _shared(document, "subject", subjects)


def service_problems(document: Document, service: AnyServiceModel, known: Known) -> Iterator[Problem]:
    """Everything about one service that its own model cannot see."""
    if f"services/{service.name}.yaml" != document.file:
        yield document.problem(("name",), f"the file of `{service.name}` must be called {service.name}.yaml")
    if known.people is not None:
        yield from _people_of(document, service, known.people)
    if isinstance(service, OutsideModel):
        yield from _check_of(document, service)
    else:
        yield from _dependencies(document, service, list(known.services))
        yield from _stand_ins(document, service)
        if service.watch is not None and known.platform is not None:
            yield from _watch(document, service.watch, known.platform)
    for at, role, stage in _all_stages(service):
        yield from _stage(document, service, known, at, role, stage)


def _check_of(document: Document, service: OutsideModel) -> Iterator[Problem]:
    """The word of a pipeline is no check of live; that of the person who confirms a change by hand is."""
    url = service.stages.prod.url
    if service.profile is Profile.STATIC_APP and service.smoke is None:
        yield document.problem((), "a static app needs `smoke`: its pipeline's own word is no check of live")
    if service.smoke is not None and url is None:
        yield document.problem(("stages", "prod"), "`smoke` needs a `url` here: the address that its checks ask")
    if service.smoke is None and url is not None:
        yield document.problem(("stages", "prod", "url"), "a `url` needs `smoke` in this file: nothing asks it else")


def _dependencies(document: Document, service: ServiceModel, services: Sequence[str]) -> Iterator[Problem]:
    for index, other in enumerate(service.depends_on):
        if other == service.name:
            yield document.problem(("depends_on", index), "a service cannot depend on itself")
        elif other not in services:
            yield unknown_name(document, ("depends_on", index), "service", other, services)


def _watch(document: Document, watch: WatchModel, platform: PlatformModel) -> Iterator[Problem]:
    """Long enough for somebody to decide after it, with looks that fit into it, at hosts that the platform allows."""
    longest = platform.lane.attend_minutes
    if watch.minutes >= longest:
        what = (
            f"somebody stays for {longest} minutes (`lane.attend_minutes`): a watch is shorter, to leave time to decide"
        )
        yield document.problem(("watch", "minutes"), what)
    if watch.every_seconds * LEAST_LOOKS > watch.minutes * 60:
        what = f"that makes fewer than {LEAST_LOOKS} looks in {watch.minutes} minutes: too few to tell anything"
        yield document.problem(("watch", "every_seconds"), what)
    for index, check in enumerate(watch.checks):
        if isinstance(check, HttpJsonModel):
            yield from watch_host_problems(document, ("watch", "checks", index, "url"), check.url, platform)


def smoke_host_problems(document: Document, at: Location, url: str, platform: PlatformModel) -> Iterator[Problem]:
    """A host that the platform does not allow smoke checks to ask."""
    yield from _host_problems(document, at, url, "smoke_hosts", platform.smoke_hosts)


def watch_host_problems(document: Document, at: Location, url: str, platform: PlatformModel) -> Iterator[Problem]:
    """A host that the platform does not allow watches to ask."""
    yield from _host_problems(document, at, url, "watch_hosts", platform.watch_hosts)


def _host_problems(document: Document, at: Location, url: str, field: str, hosts: Sequence[str]) -> Iterator[Problem]:
    host = asked_host(url)
    if not is_allowed(host, hosts):
        what = (
            f"`{host or host_of(url)}` may not be asked: it is none of `{field}` in platform.yaml; to add one is a"
            " change of the policy, which another person activates: see docs/how-to/change-the-policy.md"
        )
        yield document.problem(at, what, allowed=tuple(hosts))


def shared_ports(services: Mapping[str, tuple[Document, AnyServiceModel]]) -> Iterator[Problem]:
    """Two stages on one machine that would listen on the same port."""
    owner: dict[object, str] = {}
    for document, service in services.values():
        for at, _, stage in _all_stages(service):
            if not isinstance(stage, StageModel) or stage.target.kind is not TargetKind.LOCAL_PROCESS:
                continue
            port, here = stage.target.options.get("port"), f"{service.name} in {stage.environment}"
            if not isinstance(port, int):
                continue
            if port in owner:
                yield document.problem(
                    (*at, "target", "options", "port"), f"port {port} is already taken by {owner[port]}"
                )
            owner.setdefault(port, here)


def _all_stages(service: AnyServiceModel) -> Iterator[tuple[Location, StageRole, AnyStageModel]]:
    """Each with its place in the file; stand-ins play Preprod."""
    for role, stage in service.stage_models().items():
        yield ("stages", role.value), role, stage
    for index, stand_in in enumerate(service.stand_ins if isinstance(service, ServiceModel) else ()):
        yield ("stand_ins", index), StageRole.PREPROD, stand_in


def _stand_ins(document: Document, service: ServiceModel) -> Iterator[Problem]:
    """Each is another environment than Preprod and than the other stand-ins."""
    seen = {service.stages.preprod.environment}
    for index, stand_in in enumerate(service.stand_ins):
        if stand_in.environment in seen:
            what = f"`{stand_in.environment}` is a place of proof already: a stand-in is another one"
            yield document.problem(("stand_ins", index, "environment"), what)
        seen.add(stand_in.environment)


def _people_of(document: Document, service: AnyServiceModel, people: PeopleModel) -> Iterator[Problem]:
    if service.team not in people.teams:
        yield unknown_name(document, ("team",), "team", service.team, people.teams)
    if service.product_owner is not None and service.product_owner not in people.people:
        yield unknown_name(document, ("product_owner",), "person", service.product_owner, people.people)
    for role, stage in service.stage_models().items():
        if not isinstance(stage, AbsentStageModel):
            continue
        at: Location = ("stages", role.value, "not_applicable", "agreed_by")
        agreed_by = stage.not_applicable.agreed_by
        person = people.people.get(agreed_by)
        managers = [key for key, one in people.people.items() if TeamRole.MANAGER in one.teams.values()]
        if person is None:
            yield unknown_name(document, at, "person", agreed_by, managers)
        elif agreed_by not in managers:
            yield document.problem(at, f"`{agreed_by}` is no manager", allowed=tuple(managers))


def _stage(
    document: Document,
    service: AnyServiceModel,
    known: Known,
    at: Location,
    role: StageRole,
    stage: AnyStageModel,
) -> Iterator[Problem]:
    if isinstance(stage, AbsentStageModel):
        if isinstance(service, ServiceModel) and service.nightly is not None:
            yield document.problem(("nightly",), "a service without Dev has nothing to deploy each night")
        return
    if known.platform is not None:
        yield from environment_problems(document, (*at, "environment"), role, stage.environment, known.platform)
        if stage.url is not None:
            yield from smoke_host_problems(document, (*at, "url"), stage.url, known.platform)
    if isinstance(stage, ActStageModel) or not isinstance(service, ServiceModel):
        return
    if stage.database is not None and service.migrations is None:
        yield document.problem((*at, "database"), "a `database` needs `migrations` in this file; `{}` is enough")
    if stage.database is None and service.migrations is not None:
        yield document.problem(at, "this stage names no `database`, but the service has `migrations`")
    if service.migrations is not None and role.on_live_path:
        rehearsal = service.migrations.rehearsal
        yield from _replica(document, at, stage, CopyStrategy.DUMP if rehearsal is None else rehearsal.strategy)


def _replica(document: Document, at: Location, stage: StageModel, strategy: CopyStrategy) -> Iterator[Problem]:
    if strategy is CopyStrategy.REPLICA and stage.replica is None:
        yield document.problem(at, "`strategy: replica` needs a `replica`: the connection of a prepared copy")
    if strategy is not CopyStrategy.REPLICA and stage.replica is not None:
        yield document.problem((*at, "replica"), f"a replica is used with `strategy: replica` only, not {strategy}")


def environment_problems(
    document: Document, at: Location, role: StageRole, name: str, platform: PlatformModel
) -> Iterator[Problem]:
    """An environment that there is not, or that plays another role."""
    fitting = tuple(key for key, one in platform.environments.items() if one.role is role)
    environment = platform.environments.get(name)
    if environment is None:
        yield unknown_name(document, at, "environment", name, fitting)
    elif environment.role is not role:
        what = f"`{name}` plays {environment.role.value}, not {role.value}"
        yield document.problem(at, what, allowed=fitting)


def unknown_name(document: Document, at: Location, kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that another file should have, with those that it has."""
    allowed = tuple(known)
    few = allowed if len(allowed) <= MOST_SHOWN else ()
    return document.problem(at, f"unknown {kind} `{name}`", allowed=few, did_you_mean=nearest(name, allowed))


def _shared(document: Document, what: str, values: Mapping[str, str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, value in values.items():
        if value in first:
            at: Location = ("people", key, what)
            yield document.problem(at, f"`{first[value]}` has the same {what}, {value}")
        first.setdefault(value, key)
