"""What a release says it needs: read, known, and not in a circle; refused at the request, not in the queue."""

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.needs import Build, Need, NeedState, circle, read_needs
from slipway.domain.release import Release
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.use_cases.world import World


def resolved_needs(world: World, service: str, text: str) -> tuple[Need, ...]:
    """The needs that a request names. Raises RefusedError for what is unreadable, unknown, or the service itself."""
    return tuple(_resolved(world, service, build) for build in read_needs(text))


def refuse_circles(tx: Transaction, release: Release, version: str) -> None:
    """Raises RefusedError where a release that this one needs waits for this one, directly or through others."""
    if not release.needs:
        return
    tx.releases.lock_needs()
    known: dict[Build, list[Build]] = {}
    for build, needs in tx.releases.declared_needs(besides=release.id):
        known.setdefault(build, []).extend(need.build for need in needs)
    start = (release.service, version)
    way = circle(start, [need.build for need in release.needs], known)
    if way:
        words = ", which needs ".join(f"{service} {needed}" for service, needed in way)
        raise RefusedError(
            "needs_in_a_circle",
            f"{release.service} {version} needs {words}: neither could ever go live. Make one of them work without the"
            " other, and ask for it without the need",
        )


def states_of(tx: Transaction, release: Release) -> tuple[NeedState, ...]:
    """How far each need is met now."""
    return tuple(tx.records.need_state(need) for need in release.needs)


def _resolved(world: World, service: str, build: Build) -> Need:
    name, version = build
    if name == service:
        raise RefusedError("needs_itself", f"{service} cannot need a version of itself to be live first")
    try:
        definition = world.definitions.service(name)
        world.artefacts.resolve(name, version)
    except NotFoundError as error:
        raise RefusedError("needs_unknown", f"it needs {name} {version}, which is not known: {error}") from error
    return Need(service=name, version=version, environment=definition.stages[StageRole.PROD].environment)
