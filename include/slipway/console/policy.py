"""Changing the policy by REST: proposed by anyone, activated by a manager who is somebody else."""

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict

from slipway.adapters.catalogue_policy import read_policy
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Why
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.activate_policy import activate_policy
from slipway.use_cases.propose_policy import propose_policy
from slipway.use_cases.show_policy import proposal_as_json, show_policy

router = APIRouter(prefix="/policy")
VIA = "rest"


class NewActivation(BaseModel):
    """Which proposal, and why."""

    model_config = ConfigDict(extra="forbid")

    digest: Name
    reason: Why = ""


@router.get("")
def policy(parts: UsedParts) -> JsonObject:
    """What is in effect, what is proposed, what differs on disk."""
    return show_policy(parts.store())


@router.post("/proposals", status_code=status.HTTP_201_CREATED)
def propose(person: Person, parts: UsedParts) -> JsonObject:
    """Proposes the catalogue as it is on the server's disk now."""
    proposal = propose_policy(parts.world(), lambda: read_policy(parts.catalogue), Actor(id=person, via=VIA))
    detail = f"proposed {proposal.digest}: a manager who is somebody else activates it"
    return {**proposal_as_json(proposal), "detail": detail}


@router.post("/activations", status_code=status.HTTP_201_CREATED)
def activate(body: NewActivation, person: Person, parts: UsedParts) -> JsonObject:
    """Puts a proposal into effect."""
    done = activate_policy(parts.world(), body.digest, Actor(id=person, via=VIA), body.reason)
    gains = f". You gain: {'; '.join(done.gained)}" if done.gained else ""
    return {**proposal_as_json(done.proposal), "detail": f"policy {done.proposal.digest} is in effect{gains}"}
