"""What somebody may try in order to get something live without proof or authority: what comes of it, what tries it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One thing to try. `not_yet` says what of it is still open; empty where nothing is."""

    tries: str
    comes_of_it: str
    tests: Sequence[str]
    """`file::test`, below `tests`."""
    log: Sequence[str]
    """Kinds of log entries that tell of it; empty only where a program outside never got in."""
    not_yet: str = ""


_ANSWERS = "integration/use_cases/test_answers.py"
_ATTACKS = "integration/use_cases/test_attacks.py"
_BY_HAND = "e2e/test_release_by_hand.py"
_CONFIRMED = "integration/use_cases/test_confirmation_waived.py"
_CONSOLE = "console/test_every_route.py"
_EVERY = "e2e/test_every_route.py"
_GLASS = "integration/use_cases/test_break_glass.py"
_GROUND = "e2e/test_platform_ground.py"
_MIGRATIONS = "integration/use_cases/test_migrations.py"
_OUTSIDE = "console/test_changes_outside.py"
_POLICY = "integration/use_cases/test_governed_policy.py"
_PROBE = "unit/adapters/test_http_probe.py"
_REFUSED = "e2e/test_release_refused.py"
_REPEATED = "integration/use_cases/test_repeated_start.py"
_RIGHTS_IN_AIRFLOW = "unit/airflow_edge/test_auth_manager.py"
_SMOKE = "integration/use_cases/test_smoke.py"
_TOKENS = "integration/use_cases/test_service_tokens.py"
_WHO = "e2e/test_who_did_it.py"
_DECIDES = "e2e/test_release_answers.py::test_neither_the_requester_nor_a_stranger_nor_one_person_twice_decides"
_RIGHTS = "integration/database/test_rights.py"

ATTACKS: Sequence[Attack] = (
    Attack(
        tries="Approve as the requester",
        comes_of_it="Airflow does not let the answer in; one that came in all the same does not count",
        tests=(_DECIDES, f"{_ANSWERS}::test_a_requester_never_approves"),
        log=("request_answered", "answer_refused"),
    ),
    Attack(
        tries="Approve as one who retried",
        comes_of_it="Whoever asked for any attempt is a requester of the release for good",
        tests=(f"{_ANSWERS}::test_who_retried_is_a_requester_of_the_release_for_good",),
        log=("answer_refused",),
    ),
    Attack(
        tries="Approve as the requester after a colleague retried",
        comes_of_it="The first requester stays one, and is not among those asked",
        tests=(f"{_ATTACKS}::test_who_asked_does_not_approve_after_a_colleague_retried",),
        log=("answer_refused",),
    ),
    Attack(
        tries="Have nobody asked to confirm one's own release, or one that is authorised already",
        comes_of_it="It does not count for that release: somebody is asked",
        tests=(
            f"{_CONFIRMED}::test_a_manager_waives_nothing_of_a_release_of_their_own",
            f"{_CONFIRMED}::test_given_after_it_was_authorised_it_does_not_count_for_that_release",
            f"{_CONFIRMED}::test_only_a_manager_of_the_team_waives_it",
        ),
        log=("confirmation_waived", "confirmation_waiver_refused"),
    ),
    Attack(
        tries="Approve without the role, or as somebody of another team",
        comes_of_it="Only those named in the question may answer; each person is judged by the policy in effect",
        tests=(
            _DECIDES,
            f"{_GROUND}::test_only_the_person_who_is_asked_may_answer",
            f"{_ANSWERS}::test_an_approver_without_the_role_does_not_count",
        ),
        log=("request_answered", "answer_refused"),
    ),
    Attack(
        tries="Sign twice for Prod, also with two roles of one person",
        comes_of_it="Authorising and signing off take two people, whatever else each of them is",
        tests=(
            _DECIDES,
            f"{_ANSWERS}::test_one_person_does_not_sign_twice_for_prod",
            f"{_ATTACKS}::test_roles_in_two_teams_do_not_make_two_people_of_one",
        ),
        log=("request_answered", "answer_refused"),
    ),
    Attack(
        tries="Approve by a machine account",
        comes_of_it="The platform's own account may answer Withdrawn only; a pipeline's may not answer at all",
        tests=(
            f"{_GROUND}::test_only_the_person_who_is_asked_may_answer",
            f"{_ANSWERS}::test_the_platform_does_not_approve",
            f"{_CONSOLE}::test_no_person_passes_for_a_task",
        ),
        log=("request_answered", "answer_refused"),
    ),
    Attack(
        tries="Approve after the question has expired, or start on an approval that has",
        comes_of_it="A late answer does not count; an approval that grew old is asked for again",
        tests=(
            f"{_ANSWERS}::test_an_answer_after_the_deadline_does_not_count",
            "e2e/test_when_time_runs_out.py::test_a_question_that_nobody_answers_expires",
            "e2e/test_when_time_runs_out.py::test_an_approval_that_grew_old_in_the_queue_is_asked_for_again",
        ),
        log=("answer_refused", "request_expired", "turn_ended"),
    ),
    Attack(
        tries="Use an approval for another artefact or version",
        comes_of_it="An approval is for one digest and one attempt: any other has none",
        tests=(
            "unit/domain/policy/test_grants_count.py::test_an_approval_with_a_fault_does_not_count",
            f"{_ATTACKS}::test_an_approval_of_another_version_of_the_same_release_is_none",
        ),
        log=("turn_ended", "permit_refused"),
    ),
    Attack(
        tries="Replace the artefact after it was proven and approved",
        comes_of_it="Its bytes are hashed again before every use: what differs is not deployed",
        tests=(
            f"{_REFUSED}::test_a_tampered_artefact_is_refused_though_it_was_proven_and_approved",
            "integration/use_cases/test_at_work.py::test_a_version_that_is_published_anew_is_refused",
        ),
        log=("deploy_failed",),
    ),
    Attack(
        tries="Approve, or go on with an approval, after the role was removed",
        comes_of_it="People are judged when they answer, at the turn, and at the permit: the approval is void",
        tests=(
            f"{_ATTACKS}::test_who_lost_the_role_since_the_question_was_put_does_not_approve",
            f"{_ATTACKS}::test_who_lost_the_role_after_approving_voids_the_approval",
            f"{_ATTACKS}::test_a_role_lost_between_turn_and_permit_still_stops_it",
            "integration/use_cases/test_before_work.py::test_a_voter_who_left_voids_the_grant",
        ),
        log=("answer_refused", "turn_ended", "permit_refused"),
    ),
    Attack(
        tries="Mark the approval, turn or slot task as a success",
        comes_of_it="Nobody may; who broke the glass may, and gets no permit: what counts are grant, turn and slot",
        tests=(
            f"{_GROUND}::test_nobody_changes_a_release_by_hand",
            f"{_BY_HAND}::test_marking_approval_turn_or_slot_as_a_success_deploys_nothing",
            f"{_REPEATED}::test_a_smoke_task_marked_as_success_is_undone",
        ),
        log=("request_answered", "turn_ended", "permit_refused"),
    ),
    Attack(
        tries="Mark the check of migrations as a success, or change the schema after it",
        comes_of_it="Without a proof there is no turn and no permit; what differs from it is found before it runs",
        tests=(
            f"{_MIGRATIONS}::test_a_check_that_was_skipped_by_hand_leads_nowhere",
            f"{_MIGRATIONS}::test_what_changed_since_the_proof_is_found_right_before_it_runs",
            f"{_MIGRATIONS}::test_an_approval_is_void_once_another_proof_counts",
        ),
        log=("turn_ended", "migrate_refused"),
    ),
    Attack(
        tries="Waive one's own migration, or one that nobody may waive",
        comes_of_it="The waiver is refused; whoever asks for the release afterwards has waived nothing",
        tests=(
            f"{_MIGRATIONS}::test_a_waiver_needs_the_right_person_and_all_its_terms",
            f"{_MIGRATIONS}::test_a_manager_who_asked_for_the_release_did_not_waive_it",
            f"{_MIGRATIONS}::test_what_is_never_waived_is_refused_by_the_same_door",
        ),
        log=("migration_waiver_refused",),
    ),
    Attack(
        tries="Clear a deploy and have it run again",
        comes_of_it="A start that finds its work begun settles it, and never repeats it",
        tests=(
            f"{_BY_HAND}::test_a_run_that_is_edited_or_cleared_deploys_what_was_approved_once",
            f"{_REPEATED}::test_after_a_success_it_takes_the_result",
        ),
        log=("activity_start_repeated",),
    ),
    Attack(
        tries="Run an old, approved release again",
        comes_of_it="A run carries out one attempt, and that has ended: nothing is deployed, no retry is accepted",
        tests=(
            f"{_BY_HAND}::test_a_run_that_is_edited_or_cleared_deploys_what_was_approved_once",
            f"{_ATTACKS}::test_an_old_approved_release_that_is_run_again_deploys_nothing",
            f"{_ATTACKS}::test_a_release_that_has_ended_is_not_gone_on_with",
        ),
        log=("request_answered", "release_refused"),
    ),
    Attack(
        tries="Edit the note or the conf of a run",
        comes_of_it="Nobody may edit a run; and what was asked for is kept in the release database when it is opened",
        tests=(
            f"{_GROUND}::test_nobody_changes_a_release_by_hand",
            f"{_BY_HAND}::test_a_run_that_is_edited_or_cleared_deploys_what_was_approved_once",
            f"{_ATTACKS}::test_what_is_edited_in_a_run_after_it_was_opened_changes_nothing",
        ),
        log=("request_answered", "attempt_opened"),
    ),
    Attack(
        tries="Start Prod with Preprod skipped",
        comes_of_it="Without a passed Preprod of this very artefact there is neither turn nor permit",
        tests=(
            f"{_ATTACKS}::test_prod_does_not_start_where_preprod_was_skipped",
            f"{_ATTACKS}::test_even_two_signatures_do_not_stand_in_for_preprod",
            "unit/domain/policy/test_proven_before.py::test_preprod_must_still_run_exactly_this",
        ),
        log=("turn_ended", "permit_refused"),
    ),
    Attack(
        tries="Change the catalogue between approval and deploy",
        comes_of_it="An activated change of a rule that decides voids the approval; a target stays what was approved",
        tests=(
            f"{_POLICY}::test_an_activated_change_of_a_row_that_decides_voids_the_grant",
            f"{_ATTACKS}::test_another_target_in_the_services_file_is_not_what_was_approved",
            f"{_REFUSED}::test_a_catalogue_that_breaks_under_a_release_does_not_stop_it_but_the_next",
        ),
        log=("turn_ended", "release_refused"),
    ),
    Attack(
        tries="Point a service's smoke checks at a host of one's own, to be sent a token of the platform's connections",
        comes_of_it="The catalogue is refused; a host that nobody activated gets nothing, and nothing is deployed",
        tests=(
            f"{_ATTACKS}::test_a_token_is_not_sent_to_a_host_that_only_the_services_file_names",
            f"{_SMOKE}::test_a_host_that_is_no_longer_allowed_when_checks_are_sent_is_not_asked_and_no_pass",
            f"{_PROBE}::test_a_host_that_the_policy_does_not_name_gets_no_token_and_is_never_asked",
            "unit/catalogue/test_bad_catalogues.py::test_a_bad_catalogue_is_refused_with_all_its_problems",
        ),
        log=("release_refused", "turn_queued", "smoke_finished"),
    ),
    Attack(
        tries="Change people or rules without having them activated",
        comes_of_it="Files alone put nothing into effect; they hold back the services that they touch, and are paged",
        tests=(
            f"{_POLICY}::test_changed_files_alone_put_nothing_into_effect",
            f"{_POLICY}::test_changed_files_hold_back_what_they_touch_until_they_are_activated",
            f"{_POLICY}::test_another_team_in_a_services_file_changes_nobodys_say",
        ),
        log=("policy_differs",),
    ),
    Attack(
        tries="Activate one's own proposal, or one by which one gains a role",
        comes_of_it="It takes a manager who did not propose it and gains nothing by it",
        tests=(
            "console/test_policy.py::test_a_refusal_says_why_and_is_in_the_log",
            f"{_POLICY}::test_whoever_may_not_activate_is_refused_and_that_is_in_the_log",
            f"{_POLICY}::test_who_gains_a_role_by_it_does_not_activate_it_and_another_manager_does",
        ),
        log=("policy_activation_refused",),
    ),
    Attack(
        tries="Put a shell command, a path, a template, SQL or markup into a parameter",
        comes_of_it="Names that do not exist are refused; texts are kept as they are, and reach no shell and no target",
        tests=(
            f"{_BY_HAND}::test_a_run_that_is_edited_or_cleared_deploys_what_was_approved_once",
            f"{_REFUSED}::test_a_version_that_is_a_command_or_a_path_is_an_unknown_one",
            f"{_ATTACKS}::test_a_hostile_name_is_refused_and_told_as_it_was_written",
            f"{_ATTACKS}::test_hostile_texts_are_kept_as_they_are_and_reach_no_target",
            "integration/processes/test_command_target.py::test_arguments_are_filled_in_and_never_meet_a_shell",
            "unit/adapters/test_folder_store.py::test_a_name_that_leads_out_of_the_store_is_refused",
        ),
        log=("release_refused",),
    ),
    Attack(
        tries="Put a megabyte of text into a parameter",
        comes_of_it="Every field has its longest length; every request to `/slipway` too",
        tests=(
            f"{_REFUSED}::test_the_form_refuses_a_megabyte",
            f"{_CONSOLE}::test_a_megabyte_is_too_much_for_it",
            f"{_ATTACKS}::test_a_megabyte_is_refused_and_does_not_fill_the_log",
            f"{_ATTACKS}::test_an_answer_of_a_megabyte_does_not_count",
        ),
        log=("request_answered", "release_refused", "answer_refused"),
    ),
    Attack(
        tries="Replay a service token, or its request, for another service, or after its end",
        comes_of_it="It speaks for one service until its end; a request under the same key gets the same answer again",
        tests=(
            f"{_OUTSIDE}::test_a_token_is_good_for_its_own_service_and_nothing_else",
            f"{_OUTSIDE}::test_the_same_request_again_is_answered_alike_and_another_under_its_key_is_refused",
            f"{_OUTSIDE}::test_a_revoked_token_is_refused_at_once",
            f"{_TOKENS}::test_an_expired_one_is_refused_and_that_is_logged",
        ),
        log=("service_token_refused",),
    ),
    Attack(
        tries="Forge the event of an artefact",
        comes_of_it="Only a pipeline's account sends one; whatever it says, it gets no further than Dev",
        tests=(
            f"{_GROUND}::test_only_the_pipeline_sends_artefact_events",
            f"{_WHO}::test_the_log_names_who_asked_and_what_came_of_it",
            f"{_ATTACKS}::test_a_machine_that_announces_an_artefact_gets_no_further_than_dev",
            f"{_ANSWERS}::test_a_machine_asks_for_dev_only_and_retries_nothing",
        ),
        log=("request_answered", "release_refused"),
    ),
    Attack(
        tries="Open Airflow by break-glass alone, for oneself as the second person, for longer, or keep it",
        comes_of_it="It takes two people, and who gains by it is not the second; its end is in the row, and from"
        " that instant the role opens nothing. Whoever has it makes no grant, and closes no review of it",
        tests=(
            f"{_GLASS}::test_it_is_off_and_one_person_does_not_open_it",
            f"{_GLASS}::test_neither_who_asked_nor_who_gains_by_it_nor_a_stranger_activates_it",
            f"{_GLASS}::test_it_is_for_an_hour_at_most",
            f"{_GLASS}::test_it_ends_by_itself_and_the_account_loses_the_role",
            f"{_GLASS}::test_airflow_is_open_to_one_person_and_to_nobody_from_its_end_on",
            f"{_RIGHTS_IN_AIRFLOW}::test_the_role_alone_opens_nothing",
            f"{_GLASS}::test_it_makes_no_grant",
            f"{_GLASS}::test_it_opens_a_review_that_nobody_closes_who_had_a_part_in_it",
            f"{_GLASS}::test_the_database_keeps_it_as_it_was_agreed",
        ),
        log=("second_refused", "two_person_act_refused", "break_glass_opened", "break_glass_closed"),
    ),
    Attack(
        tries="Announce an artefact under break-glass, in the name of the pipeline",
        comes_of_it="The role writes no assets and no aliases: only a pipeline's account sends asset events",
        tests=(
            f"{_RIGHTS_IN_AIRFLOW}::test_only_the_pipeline_sends_asset_events_and_break_glass_does_not",
            f"{_RIGHTS_IN_AIRFLOW}::test_nobody_points_asset_events_elsewhere",
        ),
        log=("request_answered",),
    ),
    Attack(
        tries="Start, mark, clear or answer past REST: by the Airflow CLI, or in Airflow's database",
        comes_of_it="A release started so is refused; everything else is found by the audit and paged",
        tests=(
            f"{_WHO}::test_a_release_started_by_the_airflow_cli_is_refused",
            f"{_WHO}::test_what_the_airflow_cli_does_is_found_and_names_the_system_user",
            f"{_WHO}::test_an_answer_written_straight_into_the_database_is_found",
        ),
        log=("release_refused", "unauthorised_change"),
    ),
    Attack(
        tries="Write a grant with the database rights of a task",
        comes_of_it="PostgreSQL refuses: only the API server's role writes grants",
        tests=(f"{_RIGHTS}::test_a_task_writes_no_grant",),
        log=(),
        not_yet="The embedded PostgreSQL has one owner: it cannot separate, so its log is not evidential.",
    ),
    Attack(
        tries="Change or delete entries of the log",
        comes_of_it="Triggers refuse it to everybody, and no role of the platform has the right; the chain tells",
        tests=(
            "integration/database/test_log.py::test_history_cannot_be_rewritten",
            f"{_RIGHTS}::test_nobody_changes_or_removes_what_is_in_the_log",
            "integration/log/test_log_commands.py::test_the_first_broken_entry_is_named",
        ),
        log=("log_broken",),
    ),
    Attack(
        tries="Call any REST endpoint without a login",
        comes_of_it="401, on every route there is but `/slipway/health`",
        tests=(f"{_CONSOLE}::test_a_stranger_gets_nothing_from_it", f"{_EVERY}::test_a_stranger_changes_nothing"),
        log=("request_answered",),
    ),
    Attack(
        tries="Change anything by REST as a viewer",
        comes_of_it="403, on every route that changes anything",
        tests=(
            f"{_CONSOLE}::test_a_viewer_changes_nothing_by_it_and_the_refusal_is_in_the_log",
            f"{_EVERY}::test_a_viewer_changes_nothing",
            f"{_EVERY}::test_what_was_refused_is_in_the_log",
        ),
        log=("request_answered", "stop_refused", "hold_refused", "second_refused"),
    ),
    Attack(
        tries="Have somebody's browser send a change from a page of another site (CSRF)",
        comes_of_it="403, on every route that changes anything, Airflow's own included",
        tests=(
            f"{_CONSOLE}::test_a_page_of_another_site_changes_nothing_by_it",
            f"{_EVERY}::test_a_page_of_another_site_changes_nothing_with_a_managers_cookie",
            "unit/airflow_edge/test_recorder.py::test_what_a_page_of_another_site_sends_is_refused_and_written",
        ),
        log=("request_answered",),
    ),
    Attack(
        tries="Send what a log cannot hold, or more than it should: no text, NaN, half a character, megabytes, depth",
        comes_of_it="It is answered as any other request, and written: what was sent in short, a stranger's shorter",
        tests=(
            "unit/airflow_edge/test_recorder.py::test_whatever_is_sent_is_written",
            "unit/airflow_edge/test_recorder.py::test_what_is_kept_of_a_request_is_short_and_of_strangers_shorter",
        ),
        log=("request_answered",),
    ),
    Attack(
        tries="Keep others waiting: by runs without end, of other teams or of years to come; by holds; by their number",
        comes_of_it="Nobody starts what is not theirs, a seventeenth run of one DAG, a ninth hold, what is for later;"
        " requests wait for their turn and are answered",
        tests=(
            f"{_REFUSED}::test_somebody_of_another_team_may_not_have_a_run_started",
            f"{_GROUND}::test_nobody_fills_a_queue_alone",
            f"{_GROUND}::test_whoever_asks_at_the_same_time_is_answered",
            "unit/airflow_edge/test_recorder.py::test_a_run_starts_when_it_is_asked_for",
            "unit/airflow_edge/test_recorder.py::test_strangers_fill_no_log_and_are_counted",
            "integration/use_cases/test_holds.py::test_one_person_holds_one_thing_so_many_times_and_no_more",
        ),
        log=("request_answered", "hold_refused"),
    ),
    Attack(
        tries="Show an approval's buttons under another page",
        comes_of_it="Airflow's pages are framed by its own only, the page of the next attempt by none",
        tests=(
            "unit/airflow_edge/test_frames.py::test_a_page_is_framed_by_its_own_origin_only",
            "console/test_next_attempts.py::test_nothing_from_elsewhere_runs_in_it_and_nobody_frames_it",
        ),
        log=("request_answered",),
    ),
)
