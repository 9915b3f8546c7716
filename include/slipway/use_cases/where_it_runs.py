"""In which environments a service runs, by its definition; a rescue asks only where nothing was ever deployed."""

from collections.abc import Collection

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.use_cases.world import World


def has_no_environment(service: str, environment: str, runs_in: Collection[str]) -> str:
    """For whoever named one that the service doesn't have."""
    return f"{service} has no environment {environment}; it has {', '.join(sorted(runs_in))}"


def refuse_where_it_never_runs(world: World, service: str, environment: str) -> None:
    """Raises RefusedError; says nothing where the definition cannot be read, so that nobody can tell."""
    try:
        defined = world.definitions.service(service)
    except SlipwayError:
        return
    runs_in = {stage.environment for stage in defined.stages.values() if stage.not_applicable is None}
    if environment not in runs_in | {stand_in.environment for stand_in in defined.stand_ins}:
        raise RefusedError("no_environment", has_no_environment(service, environment, runs_in))
