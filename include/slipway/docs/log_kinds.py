"""What each kind of entry in the release log means. A test compares this with every place that writes one."""

from collections.abc import Mapping

LOG_KINDS: Mapping[str, Mapping[str, str]] = {
    "Release and attempt": {
        "release_requested": "Somebody asked for a release, and may: version, digest, summary, rollback plan, kind.",
        "release_refused": "A request, or a further attempt, was refused: `code` and `message` say why.",
        "artefact_fetched": "A version came to the store: its digest, from where; `failed` says who gave no answer.",
        "artefact_same_upstream": "What came from the mirror was compared with what GitHub publishes: it is the same.",
        "artefact_differs_upstream": "It is not the same, or not published: `because`. The version starts nowhere now.",
        "attempt_opened": "A run became an attempt of the release; `supersedes` names attempts that it replaced.",
        "emergency_declared_contained": "Whoever asked says that the version contains the `emergency` that went live.",
        "emergency_containment_asked": "The repository was asked whether it does: `answer`, `source`, or why none.",
        "stage_not_needed": "A stage has nothing to do: carried over, not applicable (because, agreed by), not asked.",
        "superseded": "A newer request of a person replaced this attempt before its permit.",
        "stop_requested": "Somebody entitled stops the attempt: what waits is withdrawn, what works is undone.",
        "stop_refused": "A stop was refused, and why.",
        "release_withdrawn": "A release that awaited a retry was given up.",
        "rollback_asked": "A rollback, or the return of Preprod: from what, to what, `basis` of its authority, why.",
        "rollback_refused": "A rollback was refused: `code` and `message` say why.",
        "service_restored": "A rollback worked: `from`, `to`, seconds since it was asked for, failed since when.",
        "stage_finished": "How a stage ended, with the verdict of its smoke tests.",
        "attempt_ended": "How the attempt ended, and where its release stands now.",
    },
    "Questions and answers": {
        "approval_asked": "A question was put: the step, who may answer, the hash of the evidence, until when.",
        "approval_impossible": "Nobody may answer a question, so the stage is refused.",
        "grant_given": "An answer that counts: who, for which digest and policy, on which evidence, until when.",
        "rejected": "An answer that counts, and says no.",
        "answer_refused": "An answer that does not count: wrong person, too late, asked twice, nothing looked at.",
        "request_withdrawn": "The platform's own account ended a question of a stopped or superseded attempt.",
        "request_expired": "Nobody answered in time.",
        "nothing_checked": "A step of the release's shape that is not yet built: it checked nothing.",
    },
    "Lane, slot and permit": {
        "turn_queued": "A stage queued in its lane, with what stood in its way.",
        "turn_taken": "Its turn came; `fencing` is the number that its work carries.",
        "turn_ended": "A waiting stage was ended: stopped, refused, or to be renewed.",
        "slot_parked": "The pool's one slot is really held for this turn.",
        "permit_issued": "Checked again at this instant, and work may begin: digest, policy, grants, targets' answers.",
        "permit_refused": "The check at the last instant said no: every blocker, and what the targets answered.",
        "target_asked_again": "Just before the permit a target was not clear, or the service was busy: asked again.",
        "start_held_back": "Just before the permit a rescue was found to run: the start is tried again when it ended.",
        "drift_found": "A target runs what the log does not know: it was changed past the platform.",
        "lane_overtaken": "An urgent release took the lane from this stage, watched on in Prod: `by`, `because`.",
        "lease_overtaken": "One of the same service took the service too: this stage ends, and is never undone.",
        "lane_freed": "The stage let go of the lane, of its lease, or of both.",
    },
    "Work": {
        "activity_start_repeated": "A task started twice; the second start settles the first and repeats nothing.",
        "rescue_overlap": "Something is brought back while another service's release, `beside`, holds the lane.",
        "activity_unsettled": "A process has died, and the target does not say what runs: asked again later.",
        "migrate_not_applicable": "The artefact carries no migrations.",
        "migrate_refused": "Migrations could not be begun: the artefact or the connection is not as it should be.",
        "smoke_finished": "The verdict of the smoke tests, check by check.",
        "bad_version_tried_again": "A senior or manager says why a version that is marked bad is tried again.",
        "act_refused": "Beginning or reporting work outside was refused: `tried`, `code` and `message` say why.",
        "act_expired": "Nobody began to act in time: nothing was touched, and the lane is free.",
        "version_marked_bad": "A check or a person said fail: this artefact is not released again as it is.",
    },
    "Migrations": {
        "migrations_proven": "What rehearsing them on a copy showed: verdict, findings, hashes, what was not covered.",
        "migration_proof_reused": "A proof of just these migrations there still holds; nothing was rehearsed again.",
        "migrations_not_applicable": "There is nothing to prove, and why.",
        "migration_refused": "The stage ends before anyone is asked: the migrations may not run, and what to do.",
        "migration_waived": "A manager lets a finding of one proof pass: reason, terms, until when.",
        "migration_waiver_refused": "Waiving a finding was refused: `code` and `message` say why.",
        "migration_check_refused": "Somebody asked for a rehearsal who may not, or of what there is not.",
    },
    "Two people": {
        "second_awaited": "The first of two people asked for an act; it waits for a second one until `expires_at`.",
        "two_person_act_refused": "Asking for an act of two people was refused, and why.",
        "seconded": "A second entitled person agreed; what was asked for takes effect with this entry.",
        "second_refused": "Seconding was refused, and why; the act goes on waiting, or was seconded before.",
        "second_expired": "Nobody seconded an act in time: it has no effect.",
        "quarantine_ended": "Quarantined work was settled, by its target or by two people: its service is unlocked.",
        "activity_came_back": "The process of quarantined work ended after all, and how; the target decides.",
        "lease_broken": "Two people took lane and lease from a stage, which ends as it stands.",
    },
    "Holds and rules": {
        "break_glass_opened": "Two people opened Airflow to a `person` until a time; `review` looks at it afterwards.",
        "break_glass_closed": "It ended: by itself, or by somebody, and why.",
        "break_glass_close_refused": "Ending it was refused, and why.",
        "hold_placed": "Somebody, or a failure in Prod, holds everything, an environment or a service.",
        "hold_refused": "A hold was refused, and why.",
        "hold_lifted": "A hold was lifted.",
        "hold_ended": "A hold ended by itself: its time is over, or the release it was placed for has ended.",
        "hold_lift_refused": "Lifting a hold was refused, and why.",
        "review_opened": "Something skipped the ordinary waits, and is looked at afterwards: by `due_at`.",
        "review_overdue": "Nobody has closed a review in time: a finding, until it is closed.",
        "review_closed": "A manager who had no part in it closed a review, and why.",
        "review_close_refused": "Closing a review was refused, and why.",
        "policy_activated": "Other people, rules and owners are in effect from here on; `bootstrap`: the very first.",
        "policy_activation_refused": "Activating a policy was refused: `code` and `message` say why.",
        "policy_differs": "The catalogue on disk is not the policy in effect: what differs, and what it holds back.",
        "policy_proposed": "Somebody proposes the catalogue on disk; `differences` compares it with what is in effect.",
        "accounts_synced": "Airflow's accounts were made, changed, closed: people in effect, `break_glass` in force.",
        "policy_proposal_refused": "A proposal was refused, and why.",
    },
    "Security releases": {
        "disclosure_filed": "Texts were filed apart: their reference, and the salted `fingerprint` of what they say.",
        "disclosure_refused": "Filing texts was refused, and why; the texts themselves were not kept.",
        "disclosure_read": "Somebody of the disclosure group read texts that are not published.",
        "disclosure_read_refused": "Reading them, or what a list tells of them, was refused, and why.",
        "disclosure_published": "Everybody may read the texts: here they are, with the salt of their fingerprint.",
        "disclosure_publish_refused": "Publishing was refused, and why.",
    },
    "Support": {
        "support_booked": "A team asks second line to be there, from when until when, and what for.",
        "support_booking_refused": "Booking support was refused, and why.",
        "support_accepted": "Somebody of second line agreed to be there.",
        "support_waived": "Releases that asked for a booked support may go live without it, and why.",
        "support_answer_refused": "Accepting or waiving a booking was refused, and why.",
    },
    "Requests and audit": {
        "signed_in": "Somebody came through the organisation's sign-in, which calls them by `subject`.",
        "sign_in_refused": "The organisation's sign-in vouched for a `subject` whom nobody in the catalogue is.",
        "token_given": "A signed-in person was shown a token for the command line, for so many `seconds`.",
        "service_token_issued": "Two people gave the pipeline of one static app a token, until `expires_at`.",
        "service_token_revoked": "Somebody entitled ended a service token.",
        "service_token_revocation_refused": "Ending a service token was refused, and why.",
        "service_token_refused": "A pipeline showed a token that has expired or was revoked.",
        "request_received": "A changing request reached the API server: written before anything is changed.",
        "request_answered": "How that request ended: its status, and whether it was allowed or refused.",
        "cross_checked": "Airflow's own memory was compared with this log.",
        "unauthorised_change": "Airflow was changed past the recorder, left paused, or live without a permit: `what`.",
        "log_broken": "The log was verified, and an entry does not hold.",
    },
}
"""Kinds by chapter, apart from those of activities."""

ACTIVITY_ENDINGS: Mapping[str, str] = {
    "started": "Outside work begins (written before it does): its process, its fencing number, its deadline.",
    "done": "It succeeded.",
    "failed": "It failed, and why.",
    "settled_done": "Its process died; what it wanted was found to be there.",
    "settled_failed": "Its process died; what it wanted is not there.",
    "quarantined": "Two people gave up on it past its deadline, without an answer: its service stays locked.",
}
"""Second half of the kinds that every activity (migrate, deploy, undo, act) has."""


def all_kinds() -> frozenset[str]:
    """Every kind there is, those of activities written out."""
    plain = {kind for chapter in LOG_KINDS.values() for kind in chapter}
    return frozenset(
        plain | {f"{kind}_{end}" for kind in ("migrate", "deploy", "undo", "act") for end in ACTIVITY_ENDINGS}
    )
