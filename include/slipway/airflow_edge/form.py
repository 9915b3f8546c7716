"""The form that a person fills in to release."""

from typing import Any

from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from slipway.domain.release import ChangeKind


class Form(ParamsDict):
    """A form that says what its defaults are without judging them anew: to serialise a DAG asks several times."""

    def dump(self) -> dict[str, Any]:
        """Default by name, None where there is none."""
        return {name: param.dump()["value"] for name, param in self.items()}


def release_params() -> dict[str, Param]:
    """The form's fields; the needed ones have no default."""
    return {
        "version": Param(
            type="string", minLength=1, title="Version", description="A built version, for example 1.4.0."
        ),
        "summary": Param(
            type="string",
            minLength=1,
            title="What changes",
            description="One sentence that approvers and the people around you understand.",
        ),
        "rollback_plan": Param(
            type="string",
            minLength=1,
            title="If it goes wrong",
            description="What is done then. The previous artefact comes back by itself; say what else is needed.",
        ),
        "change_kind": Param(
            "standard",
            type="string",
            enum=[kind.value for kind in ChangeKind],
            title="Kind of change",
            description="Emergency and security go first in the queue and skip the window; never proof or two people.",
        ),
        "to": Param("prod", type="string", enum=["preprod", "prod"], title="Up to which environment"),
        "ticket": _optional("Ticket", "A reference, if there is one."),
        "for_team": _optional("For team", "If you release on behalf of another team."),
        "attended_by": _optional("Attended by", "Who stays around after it is live."),
        "problematic": Param(
            False, type="boolean", title="Potentially problematic", description="Announced beforehand."
        ),
        "fixes": _optional("Fixes release", "The failed release that this one repairs, for example r12."),
        "needs": _optional(
            "Needs",
            "Versions of other services that must be live first: service=version, several with commas between them."
            " It makes you wait for them; better is a change that works whichever goes first.",
        ),
        "proof_in": _optional("Proof in", "In an emergency with Preprod down: the stand-in that proves it instead."),
        "release_id": _optional("Release", "For a further attempt: set by `slipway retry`."),
        "resume_of": _optional("Attempt", "For a further attempt: the attempt that it goes on from."),
    }


def _optional(title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], title=title, description=description)
