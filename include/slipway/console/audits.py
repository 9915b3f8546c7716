"""Where the task `cross_check` of `audit_live` has Airflow's memory compared with the release log."""

from fastapi import APIRouter, Depends, status

from slipway.console.guards import internal_guard
from slipway.console.parts import UsedParts
from slipway.domain.json_value import JsonValue
from slipway.ports.values import Actor
from slipway.use_cases.cross_check import cross_check

router = APIRouter(dependencies=[Depends(internal_guard)])
CHECKER = Actor(id="platform", via="audit")


@router.post("/audits", status_code=status.HTTP_201_CREATED)
def audits(parts: UsedParts) -> dict[str, JsonValue]:
    """Compares now. Runs in the API server, where Airflow's tables may be read and no password is needed."""
    result = cross_check(parts.store(), parts.read_airflow, CHECKER)
    return {"detail": str(result), "compared": result.compared, "unauthorised": len(result.found)}
