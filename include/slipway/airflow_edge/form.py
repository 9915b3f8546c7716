"""The form that a person fills in to release."""

from typing import Any

from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from slipway.domain.release import ChangeKind
from slipway.domain.text_limits import longest


class Form(ParamsDict):
    """A form that says what its defaults are without judging them anew: to serialise a DAG asks several times."""

    def dump(self) -> dict[str, Any]:
        """Default by name, None where there is none."""
        return {name: param.dump()["value"] for name, param in self.items()}


def release_params() -> dict[str, Param]:
    """The form's fields; the needed ones have no default."""
    return {
        "version": Param(
            type="string",
            minLength=1,
            maxLength=longest("version"),
            title="Version",
            description="A built version, for example 1.4.0.",
        ),
        "summary": Param(
            type="string",
            minLength=1,
            maxLength=longest("summary"),
            title="What changes",
            description="One sentence that approvers and the people around you understand.",
        ),
        "rollback_plan": Param(
            type="string",
            minLength=1,
            maxLength=longest("rollback_plan"),
            title="If it goes wrong",
            description="What is done then. The previous artefact comes back by itself; say what else is needed.",
        ),
        "change_kind": Param(
            "standard",
            type="string",
            enum=[kind.value for kind in ChangeKind],
            title="Kind of change",
            description="Emergency and security go first in the queue and skip the window; never proof or two people."
            " For security, both texts above are the SEC-… number under which they were filed, and nothing else.",
        ),
        "to": Param(
            "prod",
            type="string",
            enum=["preprod", "prod"],
            title="Up to which environment",
            description="Prod goes through Preprod first.",
        ),
        "ticket": _optional("ticket", "Ticket", "A reference, if there is one."),
        "for_team": _optional("for_team", "For team", "The owning team, if you release on its behalf."),
        "attended_by": _optional("attended_by", "Attended by", "Who stays around after it is live: a sign-in name."),
        "support": _optional(
            "support", "Support", "Number of the booked support of second line: live waits for its time."
        ),
        "problematic": Param(
            False,
            type="boolean",
            title="Potentially problematic",
            description="It is announced before it goes live, and live waits a while for people to object.",
        ),
        "fixes": _optional("fixes", "Fixes release", "The failed release that this one repairs, for example r12."),
        "needs": _optional(
            "needs",
            "Needs",
            "Versions of other services that must be live first: service=version, several with commas between them."
            " It makes you wait for them; better is a change that works whichever goes first.",
        ),
        "proof_in": _optional(
            "proof_in", "Proof in", "In an emergency with Preprod down: the stand-in that proves it instead."
        ),
        "contains": _optional(
            "contains",
            "Contains emergency",
            "Where an emergency went live and its repository cannot say: the emergency release, for example r17, whose"
            " commits you have seen to be in this version; several with commas between them. Approvers read it.",
        ),
        "despite_bad": _optional(
            "despite_bad",
            "Despite bad",
            "Where the version is marked bad: why it may be tried again. A senior or manager says it.",
        ),
        "release_id": _optional("release_id", "Release", "For a further attempt: set by `slipway retry`."),
        "resume_of": _optional("resume_of", "Attempt", "For a further attempt: the attempt that it goes on from."),
    }


def _optional(name: str, title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], maxLength=longest(name), title=title, description=description)
