"""In an emergency with Preprod down another declared pre-production environment proves it; never none (R20)."""

from slipway.domain.errors import RefusedError
from slipway.domain.platform import Platform
from slipway.domain.release import ChangeKind
from slipway.domain.service import Service, StageRole


def refuse_proof_elsewhere(platform: Platform, service: Service, environment: str | None, kind: ChangeKind) -> None:
    """Raises RefusedError for an ordinary release, and for what is no stand-in of the service by files and policy."""
    if environment is None:
        return
    if not kind.rank:
        raise RefusedError(
            "proof_in_not_urgent",
            "only an emergency or a security release is proven elsewhere than in Preprod: leave --proof-in out",
        )
    if environment == service.stages[StageRole.PREPROD].environment:
        raise RefusedError(
            "proof_in_is_preprod", f"{service.name} is proven in {environment} anyway: leave --proof-in out"
        )
    stand_ins = [one.environment for one in service.stand_ins]
    if environment not in stand_ins:
        raise RefusedError(
            "proof_in_unknown",
            f"{environment} is no pre-production environment that stands in for {service.name}: its file declares"
            f" {', '.join(stand_ins) or 'none'} (`stand_ins` in services/{service.name}.yaml)",
        )
    settings = platform.environments.get(environment)
    if settings is None or settings.role is not StageRole.PREPROD:
        raise RefusedError(
            "proof_in_unknown",
            f"the policy in effect knows {environment} as no pre-production environment: it takes effect with"
            " `slipway policy propose` and `activate`",
        )
