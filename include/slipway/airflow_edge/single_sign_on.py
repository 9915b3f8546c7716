"""People come through the organisation's OpenID Connect provider: its stable subject says who they are (R27)."""

from collections.abc import Mapping
from typing import Any

from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

from slipway.domain.people import Person
from slipway.ports.values import Actor
from slipway.wiring import make_store

PROVIDER = "organisation"
"""The provider's name in the address of the callback: `/auth/oauth-authorized/organisation`."""
VIA = "single_sign_on"


class SingleSignOn(FabAirflowSecurityManagerOverride):
    """FAB's security manager; a sign-in counts where the policy in effect knows the subject."""

    def get_oauth_user_info(self, provider: str, resp: Mapping[str, Any]) -> dict[str, Any]:
        """The account of the person whom the verified identity token names; nobody's for strangers.

        Authlib has checked the token's signature, issuer, audience, nonce and times.
        """
        claims = resp.get("userinfo") or {}
        subject = claims.get("sub")
        person = _known(subject) if isinstance(subject, str) and subject else None
        return {} if person is None else {"username": person.id}


def _known(subject: str) -> Person | None:
    """The person, if the policy in effect has one of this subject; the log says so either way."""
    with make_store().transaction() as tx:
        person = tx.policy().people.with_subject(subject)
        if person is None:
            tx.log("sign_in_refused", Actor(id="anonymous", via=VIA), payload={"subject": subject})
        else:
            tx.log("signed_in", Actor(id=person.id, via=VIA), payload={"subject": subject})
    return person
