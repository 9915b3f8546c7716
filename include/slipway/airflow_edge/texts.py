"""What people read in Airflow's pages about DAGs and tasks."""

from collections.abc import Mapping

DEV_DOC = """
### {service} to Dev, by itself

{description} (team {team})

Runs every night, and whenever a build pipeline announces a new artefact. Deploys, migrates and tests in Dev; asks
nobody. A version that passed here can go on: trigger `release__{service}`.
"""

RELEASE_DOC = """
### Releases {service}: Dev → Preprod → Prod

{description} (team {team})

1. Trigger it with the version, what changes, and what happens if it goes wrong.
2. **Dev** is skipped if the version is proven there.
3. **Preprod** needs one approval; **Prod** a senior who authorises and another senior or manager who signs off.
   Nobody approves what they asked for. You find what waits for you under *Required Actions*.
4. One release at a time works on Preprod and Prod; the rest wait in order of readiness.
5. A stage that fails brings back what ran before, and says so.

Marking tasks, clearing them or running them again never deploys anything: what counts is in the release database.
Try again with `slipway retry`.
"""

CHANGE_DOC = """
### Records a change that is made outside

For what Slipway does not deploy itself: a third party's system, content, infrastructure, data, configuration, Slipway
itself. Static apps come here too: their build pipeline asks over `POST /slipway/api/changes`.

1. Say what changes, where, why it cannot be automated and until when, how it was tested, and how it comes back.
2. A senior authorises it and another senior or manager signs it off; one of them is a manager where it is made by hand
   or was not tested. Nobody decides about what they asked for.
3. It takes its turn and the one slot like every release. Then whoever makes it has until the deadline:
   `slipway change act RELEASE` before, `slipway change confirm RELEASE --seen …` after it.
4. What nobody began in time expires; what nobody reported leaves live uncertain. The lane is free either way.

A change that somebody reports without a permit is recorded as an unauthorised change.
"""

CHANGE_TASK_DOC: Mapping[str, str] = {
    "open": "Records what is to be changed, or refuses and says everything that is missing.",
    "act": "Waits for a person or a pipeline to begin, to act and to report it, to the deadline.",
    "check_result": "Runs the service's smoke tests where it has some; else what the person looked at is the check.",
    "finish_stage": "Records how it ended and frees the lane. It cannot undo what was done outside, and says so.",
}

ROLLBACK_DOC = """
### Rolls a service back

1. Say which service, where, and what is wrong. The version that the approvals of what runs name comes back at once.
2. Another version takes two people: `slipway rollback SERVICE ENVIRONMENT --to VERSION --reason …`.
3. It is a rescue: it takes its own service only, and no window, hold, queue or lane. What works on that service is
   stopped and undone first; nothing new starts on Preprod and Prod until it ends.
4. What was rolled back is marked bad everywhere; in Prod its service is held for all but a release that fixes it.
5. The schema goes back as far as its proof allows. A rollback that fails, or of which nobody knows, pages second line.

The return of Preprod to live's artefact, after a release that ended without going live, runs here too: the platform
starts it, and it takes its turn and the one slot like every stage.
"""

ROLLBACK_TASK_DOC: Mapping[str, str] = {
    "open": "Finds what is to come back and who may say so, or refuses and says why.",
    "second_person": "Waits for the second person where two are needed; ends at once where one is enough.",
    "take_turn": "Only for the return of Preprod: waits for its turn. A rescue waits in no queue.",
    "deploy": "Stops and settles what works on this service, takes the schema back as far as proven, deploys.",
    "finish_stage": "Records how it ended and frees the service. A rollback is never undone itself.",
}

TASK_DOC: Mapping[str, str] = {
    "open": "Resolves the version to an artefact and the definitions of all stages, or refuses and says why.",
    "take_turn": "Waits for this stage's turn: approvals, proof, window, holds, needs, whoever is ahead in the lane.",
    "hold_slot": "Holds the one slot of the pool `release_slot` while this release has the lane; skipped from then on.",
    "check_migrations": "Proves on a copy of the database that migrations can be taken back; ends the stage if not.",
    "approve": "A senior or manager of the team, not the requester, approves Preprod.",
    "authorise": "A senior or manager of the team, not the requester, authorises Prod and says who looked at what.",
    "sign_off": "Another senior or manager signs off Prod.",
    "migrate": "Brings the service's database to what the version needs; in Prod looks first at which alerts fire.",
    "deploy": "Deploys exactly the artefact that was proven and approved; in Preprod rehearses going back where asked.",
    "smoke": "Runs the service's smoke tests, patiently while it restarts.",
    "watch": "Watches alerts and metrics of live, as the service's file says; its log shows each round.",
    "confirm": "Somebody of the team looks at the new functionality in live and says whether it works.",
    "verdict": "Asks a senior, or second line, who did not ask for it, where the watch gave no clear answer.",
    "finish_stage": "Records how the stage ended; brings back what ran before unless it passed; frees the lane.",
    "close": "Records how the attempt ended and gives the run its colour.",
}
