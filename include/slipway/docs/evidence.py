"""What shows that each requirement is met: where its rule is, which tests hold it, which log entries tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One requirement. `not_yet` says what of it is still to come; empty where nothing is."""

    number: str
    asks: str
    rules: Sequence[str]
    """Files below `include/slipway`."""
    tests: Sequence[str]
    """`file::test`, below `tests`."""
    log: Sequence[str]
    """Kinds of log entries; empty where nothing happens that could be logged."""
    not_yet: str = ""


_SENDING = "integration/use_cases/test_send_messages.py"

EVIDENCE: Sequence[Evidence] = (
    Evidence(
        number="R1",
        asks="The same steps, in the same order, from the same definition, in every environment",
        rules=("airflow_edge/factory.py", "airflow_edge/stage_tasks.py"),
        tests=(
            "dags/test_shape.py::test_the_task_ids_are_the_same_for_every_service",
            "integration/use_cases/test_happy_path.py::test_a_release_goes_through_dev_and_preprod_to_live",
        ),
        log=("attempt_opened", "deploy_started", "smoke_finished", "stage_finished"),
    ),
    Evidence(
        number="R2",
        asks="Nothing goes live that was not proven before, byte for byte",
        rules=("domain/policy/proven_before.py", "adapters/artefacts/archive.py"),
        tests=(
            "unit/domain/policy/test_proven_before.py::test_preprod_must_still_run_exactly_this",
            "e2e/test_release_refused.py::test_a_tampered_artefact_is_refused_though_it_was_proven_and_approved",
        ),
        log=("smoke_finished", "permit_issued", "deploy_failed"),
    ),
    Evidence(
        number="R3",
        asks="Preprod immediately before Prod, and still running exactly this",
        rules=("domain/policy/targets_agree.py", "domain/policy/proof_holds.py", "use_cases/open_activity.py"),
        tests=(
            "integration/use_cases/test_before_work.py::test_something_else_in_preprod_renews_the_attempt",
            "integration/use_cases/test_targets_asked.py::*",
        ),
        log=("permit_issued", "permit_refused", "drift_found"),
    ),
    Evidence(
        number="R4",
        asks="Every change is made by the platform; any other is found and recorded as unauthorised",
        rules=("domain/past_the_recorder.py", "use_cases/cross_check.py", "airflow_edge/recorder.py"),
        tests=(
            "e2e/test_who_did_it.py::test_what_the_airflow_cli_does_is_found_and_names_the_system_user",
            "e2e/test_who_did_it.py::test_an_answer_written_straight_into_the_database_is_found",
            "integration/use_cases/test_findings.py::*",
        ),
        log=("cross_checked", "unauthorised_change", "finding_explained", "finding_closed", "drift_found"),
        not_yet="Targets are asked what runs just before a permit, not yet at intervals.",
    ),
    Evidence(
        number="R5",
        asks="A release log: append-only, tamper-evident, complete, searchable, exportable",
        rules=(
            "domain/log_entry.py",
            "adapters/database/stored_log.py",
            "cli/log_commands.py",
            "use_cases/tell_log_head.py",
        ),
        tests=(
            "integration/database/test_log.py::test_history_cannot_be_rewritten",
            "integration/database/test_log.py::test_writers_at_once_with_rollbacks_in_between_leave_no_gap",
            "integration/log/test_log_commands.py::test_the_first_broken_entry_is_named",
            "integration/use_cases/test_log_head.py::*",
        ),
        log=("log_broken",),
    ),
    Evidence(
        number="R6",
        asks="Live has two stages of authorisation, by two different people, neither the requester",
        rules=("domain/authority.py", "domain/policy/grants_count.py"),
        tests=(
            "unit/domain/policy/test_grants_count.py::test_one_person_twice_does_not_count",
            "unit/domain/policy/test_grants_count.py::test_two_strangers_to_the_team_do_not_count",
            "e2e/test_release_answers.py::test_neither_the_requester_nor_a_stranger_nor_one_person_twice_decides",
        ),
        log=("grant_given", "answer_refused"),
    ),
    Evidence(
        number="R7",
        asks="Dev deploys by itself: for every new artefact, and nightly",
        rules=("airflow_edge/factory.py",),
        tests=(
            "e2e/test_release_path.py::test_a_new_artefact_reaches_dev_by_itself_and_live_by_the_answers_of_people",
            "dags/test_shape.py::test_a_dag_that_starts_by_itself_asks_nothing",
        ),
        log=("attempt_opened",),
    ),
    Evidence(
        number="R8",
        asks="Preprod deploys only after an explicit approval",
        rules=("domain/policy/grants_count.py", "use_cases/record_answer.py"),
        tests=(
            "e2e/test_release_answers.py::test_a_rejection_ends_the_release_and_leaves_out_what_follows",
            "e2e/test_release_by_hand.py::test_marking_approval_turn_or_slot_as_a_success_deploys_nothing",
        ),
        log=("approval_asked", "grant_given", "rejected"),
    ),
    Evidence(
        number="R9",
        asks="Prod needs a senior or a manager",
        rules=("domain/authority.py", "catalogue/authority_problems.py"),
        tests=("unit/domain/test_authority.py::test_the_table_says_who",),
        log=("grant_given", "answer_refused"),
    ),
    Evidence(
        number="R10",
        asks="Exceptions are recorded profiles, not holes",
        rules=("domain/change.py", "use_cases/begin_act.py", "use_cases/end_act.py", "catalogue/service_file.py"),
        tests=(
            "e2e/test_release_path.py::test_a_service_without_dev_goes_through_qa_and_live_and_its_log_tells_it_whole",
            "e2e/test_changes_outside.py::*",
            "integration/use_cases/test_changes_outside.py::*",
            "integration/use_cases/test_asked_by_pipelines.py::*",
        ),
        log=("stage_not_needed", "act_started", "act_done", "act_expired", "unauthorised_change"),
    ),
    Evidence(
        number="R11",
        asks="Only certain people release and approve; others are refused, and that is recorded",
        rules=("domain/authority.py", "airflow_edge/auth_manager.py"),
        tests=(
            "integration/use_cases/test_answers.py::test_an_approver_without_the_role_does_not_count",
            "e2e/test_release_refused.py::test_somebody_of_another_team_may_not_have_a_run_started",
            "e2e/test_who_did_it.py::test_the_log_names_who_asked_and_what_came_of_it",
        ),
        log=("release_refused", "answer_refused", "request_answered"),
    ),
    Evidence(
        number="R12",
        asks="One release at a time on the live path; a fair, visible queue; nobody holds it while people decide",
        rules=("use_cases/take_turn.py", "use_cases/park_slot.py", "use_cases/show_queue.py"),
        tests=(
            "integration/interleavings/test_interleavings.py::test_ten_thousand_histories_come_out_as_the_rules_say",
            "integration/use_cases/test_lane_model.py::test_whatever_happens_in_whatever_order_the_lane_stays_whole",
            "integration/use_cases/test_show_queue.py::test_an_overtake_is_shown_with_its_reason",
            "chaos/test_kill_semantics.py::test_no_two_deploys_were_ever_at_work_at_once",
            "e2e/test_the_live_path.py::test_there_were_never_two_on_the_live_path_by_the_targets",
        ),
        log=("turn_queued", "turn_taken", "slot_parked", "lane_freed"),
    ),
    Evidence(
        number="R13",
        asks="A release window; what could not finish in time is not started",
        rules=("domain/release_window.py", "domain/policy/window_is_open.py"),
        tests=(
            "unit/domain/test_release_window.py::test_it_is_open_or_not",
            "unit/domain/policy/test_window_is_open.py::test_a_bank_holiday_is_named",
            "integration/use_cases/test_before_work.py::test_a_closed_window_makes_it_wait_but_not_an_emergency",
        ),
        log=("turn_queued",),
    ),
    Evidence(
        number="R14",
        asks="People are told: start, end, failure, rollback, waiting for you",
        rules=(
            "use_cases/send_messages.py",
            "domain/message_routes.py",
            "use_cases/remind_people.py",
            "use_cases/announce_beforehand.py",
            "use_cases/object_to.py",
            "use_cases/name_authors.py",
            "domain/last_day.py",
            "domain/policy/objections_had_time.py",
        ),
        tests=(
            "integration/test_announcer.py::test_a_release_goes_on_while_slack_is_down_and_is_told_in_its_thread",
            f"{_SENDING}::test_a_way_that_is_down_keeps_no_other_waiting_and_nothing_is_lost",
            "integration/use_cases/test_reminders.py::*",
            "integration/use_cases/test_announced_beforehand.py::*",
            "integration/use_cases/test_slack_is_down.py::*",
            "e2e/test_slack_is_down.py::*",
            "integration/use_cases/test_authors_named.py::*",
            "integration/use_cases/test_last_day.py::*",
        ),
        log=("approval_asked", "message_given_up", "release_announced", "release_acknowledged"),
    ),
    Evidence(
        number="R15",
        asks="Holds on all, an environment or a service, with name and reason",
        rules=(
            "domain/policy/no_hold.py",
            "use_cases/place_hold.py",
            "use_cases/lift_hold.py",
            "use_cases/show_holds_in_topic.py",
        ),
        tests=(
            "integration/use_cases/test_before_work.py::test_a_hold_makes_it_wait_and_lifting_it_lets_it_go_on",
            "console/test_changes.py::test_second_line_lifts_anybodys_hold_with_a_reason_only",
            "integration/test_channel_topic.py::*",
        ),
        log=("hold_placed", "hold_lifted", "hold_ended", "hold_refused"),
    ),
    Evidence(
        number="R16",
        asks="Smoke tests after each deploy; a person confirms the new functionality",
        rules=(
            "use_cases/smoke.py",
            "domain/verdict.py",
            "domain/policy/confirmation_is_waived.py",
            "domain/policy/smoke_host_is_allowed.py",
        ),
        tests=(
            "unit/domain/policy/test_smoke_host_is_allowed.py::*",
            "unit/domain/test_stage_ending.py::test_everything_else_is_undone",
            "integration/use_cases/test_at_work.py::test_an_unknown_verdict_is_never_a_success",
            "integration/use_cases/test_at_work.py::test_a_confirmation_that_says_no_brings_the_previous_back",
            "integration/use_cases/test_confirmation_waived.py::*",
        ),
        log=("smoke_finished", "grant_given", "confirmation_waived", "confirmation_left_out"),
    ),
    Evidence(
        number="R17",
        asks="After Prod alerts and metrics are watched, and somebody stays around",
        rules=(
            "use_cases/alerts_before.py",
            "use_cases/watch.py",
            "domain/watch_verdict.py",
            "use_cases/settle_verdict.py",
        ),
        tests=(
            "unit/domain/policy/test_window_is_open.py::test_somebody_attends_until_closing_time_at_the_latest",
            "unit/domain/test_watch_verdict.py::test_what_is_not_clear_is_unknown",
            "unit/domain/test_watch_verdict.py::test_an_alert_that_fired_before_and_comes_again_is_no_new_one",
            "integration/use_cases/test_at_work.py::test_without_a_confirmation_it_stays_live_unverified_and_held",
            "integration/use_cases/test_watch.py::test_an_unclear_watch_never_passes_by_itself",
            "integration/use_cases/test_watch.py::test_a_watch_goes_on_from_what_it_had_and_fetches_what_it_missed",
            "integration/use_cases/test_watch.py::test_not_everybody_settles_it",
            "integration/monitors/test_real_monitors.py::*",
            "e2e/test_watch.py::*",
        ),
        log=("watch_began", "watch_finished", "verdict_given", "nothing_checked", "request_expired"),
    ),
    Evidence(
        number="R18",
        asks="A failed release brings the previous artefact back, by the same mechanism; a rescue is never blocked",
        rules=(
            "use_cases/finish_stage.py",
            "use_cases/undo.py",
            "use_cases/ask_rollback.py",
            "use_cases/open_rescue.py",
            "use_cases/roll_back.py",
            "use_cases/rehearse_way_back.py",
            "use_cases/in_place_of_nothing.py",
            "domain/policy/way_back_is_authorised.py",
            "domain/policy/no_rescue_runs.py",
        ),
        tests=(
            "integration/use_cases/test_at_work.py::test_an_undo_that_fails_three_times_is_live_uncertain_and_frees_the_lane",
            "integration/use_cases/test_bad_versions.py::*",
            "e2e/test_release_path.py::test_a_version_that_fails_in_prod_is_undone_and_the_service_is_held",
            "integration/use_cases/test_rescue.py::test_a_is_brought_back_while_b_deploys",
            "integration/use_cases/test_rescue.py::test_no_hold_no_window_and_no_difference_of_policy_keeps_a_rescue_away",
            "integration/use_cases/test_roll_back.py::*",
            "integration/use_cases/test_rehearsed_way_back.py::*",
            "integration/use_cases/test_in_place_of_nothing.py::*",
            "integration/use_cases/test_return_of_preprod.py::*",
            "integration/use_cases/test_time_to_restore.py::*",
        ),
        log=(
            "undo_started",
            "undo_done",
            "rollback_asked",
            "rescue_overlap",
            "service_restored",
            "rollback_rehearsed",
            "version_marked_bad",
        ),
    ),
    Evidence(
        number="R19",
        asks="Migrations are reversible, and proven so before they touch Preprod and Prod",
        rules=(
            "domain/verdict_of_migrations.py",
            "domain/finding_policy.py",
            "domain/migration_gate.py",
            "domain/policy/migrations_are_proven.py",
            "use_cases/prove_migrations.py",
            "use_cases/recheck_proof.py",
            "use_cases/undo_schema.py",
            "adapters/migrations",
        ),
        tests=(
            "unit/domain/test_verdict_of_migrations.py::*",
            "unit/domain/test_migration_gate.py::*",
            "integration/migrations/test_cases.py::*",
            "integration/migrations/test_ended_from_outside.py::*",
            "integration/use_cases/test_migrations_of_orders.py::*",
            "integration/processes/test_migration_runner.py::*",
            "integration/use_cases/test_migrations.py::*",
            "e2e/test_migrations.py::*",
            "integration/use_cases/test_at_work.py::test_a_lossless_migration_is_taken_back_with_the_artefact",
        ),
        log=("migrations_proven", "migration_refused", "migration_waived", "migrate_done"),
    ),
    Evidence(
        number="R20",
        asks="Emergencies and security patches skip waiting, never authorisation or proof",
        rules=(
            "domain/policy/window_is_open.py",
            "use_cases/take_turn.py",
            "use_cases/close_review.py",
            "use_cases/keep_private.py",
            "domain/overtaking.py",
            "use_cases/overtake.py",
            "use_cases/proof_elsewhere.py",
            "domain/policy/contains_emergencies.py",
            "use_cases/contain_emergencies.py",
        ),
        tests=(
            "e2e/test_emergency.py::*",
            "integration/use_cases/test_contained_emergencies.py::*",
            "integration/use_cases/test_retry_and_queue.py::test_an_emergency_goes_first",
            "unit/domain/policy/test_window_is_open.py::test_an_emergency_and_dev_do_not_wait",
            "integration/use_cases/test_reviews.py::*",
            "integration/use_cases/test_disclosures.py::*",
            "unit/airflow_edge/test_private_texts.py::*",
            "integration/use_cases/test_overtaking.py::test_an_emergency_takes_the_lane_from_another_service_that_is_watched",
            "integration/use_cases/test_overtaking.py::test_on_the_same_service_the_lease_passes_too_and_the_verdict_covers_both",
            "integration/use_cases/test_proof_elsewhere.py::test_the_stand_in_proves_it_and_preprod_is_not_touched",
        ),
        log=(
            "release_requested",
            "lane_overtaken",
            "lease_overtaken",
            "review_opened",
            "review_closed",
            "disclosure_read",
            "emergency_declared_contained",
            "emergency_containment_asked",
        ),
    ),
    Evidence(
        number="R21",
        asks="2nd line can release on behalf of a team, and a team can book 2nd line's support",
        rules=("domain/authority.py", "domain/policy/support_is_there.py", "use_cases/people_around.py"),
        tests=(
            "unit/domain/test_authority.py::test_the_table_says_who",
            "integration/use_cases/test_support.py::*",
        ),
        log=("release_requested", "support_booked", "support_accepted", "support_waived"),
    ),
    Evidence(
        number="R22",
        asks="What fails in Preprod can be fixed and go on in the same release",
        rules=(
            "use_cases/open_attempt.py",
            "use_cases/expire_retries.py",
            "domain/left_in_preprod.py",
            "console/next_attempts.py",
        ),
        tests=(
            "e2e/test_release_path.py::test_a_version_that_fails_in_preprod_is_undone_and_mended_in_the_same_release",
            "integration/use_cases/test_retry_and_queue.py::test_a_fix_goes_through_dev_again_in_the_same_release",
            "integration/use_cases/test_retry_and_queue.py::test_no_approval_of_an_earlier_attempt_counts_in_preprod_whatever_the_version",
            "integration/use_cases/test_left_in_preprod.py::*",
            "console/test_next_attempts.py::*",
        ),
        log=("attempt_opened", "attempt_ended", "release_expired"),
    ),
    Evidence(
        number="R23",
        asks="A release works when GitHub is down",
        rules=("use_cases/bring_artefact.py", "adapters/upstreams/github.py", "adapters/upstreams/mirror.py"),
        tests=(
            "integration/use_cases/test_github_is_down.py::*",
            "e2e/test_github_is_down.py::test_a_release_goes_to_live_from_the_mirror_while_github_is_down",
        ),
        log=("artefact_fetched", "artefact_differs_upstream", "release_refused"),
    ),
    Evidence(
        number="R24",
        asks="Airflow's metadata and the release log are checked against each other",
        rules=("use_cases/cross_check.py", "airflow_edge/audit_dag.py"),
        tests=(
            "e2e/test_who_did_it.py::test_what_came_by_rest_is_no_finding",
            "unit/domain/test_past_the_recorder.py::test_an_event_without_its_request_is_one",
        ),
        log=("cross_checked", "unauthorised_change"),
    ),
    Evidence(
        number="R25",
        asks="Used by triggering runs, marking approvals, nightly deploys and messages",
        rules=("airflow_edge/factory.py", "airflow_edge/approval.py"),
        tests=(
            "e2e/test_release_path.py::test_a_new_artefact_reaches_dev_by_itself_and_live_by_the_answers_of_people",
        ),
        log=("request_received", "grant_given"),
    ),
    Evidence(
        number="R26",
        asks="Policy and people are governed: proposed by one, activated by another",
        rules=("use_cases/propose_policy.py", "use_cases/activate_policy.py", "domain/policy/policy_is_activated.py"),
        tests=(
            "integration/use_cases/test_governed_policy.py::*",
            "integration/use_cases/test_before_work.py::test_a_changed_policy_voids_the_grant",
        ),
        log=("policy_proposed", "policy_activated", "policy_differs"),
    ),
    Evidence(
        number="R27",
        asks="People are who they say; leavers lose their rights at once; machines never approve",
        rules=(
            "airflow_edge/single_sign_on.py",
            "use_cases/sync_accounts.py",
            "domain/identities.py",
            "use_cases/record_answer.py",
        ),
        tests=(
            "sign_in/test_single_sign_on.py::test_a_stranger_stays_out_and_is_in_the_log",
            "integration/use_cases/test_before_work.py::test_a_voter_who_left_voids_the_grant",
            "integration/use_cases/test_answers.py::test_the_platform_does_not_approve",
            "integration/use_cases/test_leavers.py::*",
            "integration/test_people_sync.py::test_a_leaver_loses_account_and_roles",
        ),
        log=("signed_in", "sign_in_refused", "answer_refused", "accounts_synced"),
    ),
)
