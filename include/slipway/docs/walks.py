"""The hard moments in the life of a release: how each must end, and the tests that walk through it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One hard moment. `not_yet` says what of it is not built, and why; empty where nothing is missing."""

    moment: str
    ends_so: str
    tests: Sequence[str]
    """`file::test`, below `tests`."""
    not_yet: str = ""


_ANSWERS = "e2e/test_release_answers.py"
_CHAOS = "chaos/test_kill_semantics.py"
_CONFIRMED = "integration/use_cases/test_confirmation_waived.py"
_COUPLED = "integration/use_cases/test_coupled_releases.py"
_ELSEWHERE = "integration/use_cases/test_proof_elsewhere.py"
_EMERGENCY = "e2e/test_emergency.py"
_HARD = "e2e/test_hard_moments.py"
_IN_PLACE = "integration/use_cases/test_in_place_of_nothing.py"
_IN_TIME = "integration/use_cases/test_walks_in_time.py"
_OUTSIDE = "integration/use_cases/test_changes_outside.py"
_OVERTAKING = "integration/use_cases/test_overtaking.py"
_PAST_CLOSING = "integration/use_cases/test_walks_past_closing_time.py"
_PATH = "e2e/test_release_path.py"
_QUARANTINE = "integration/use_cases/test_quarantine.py"
_REPEATED = "integration/use_cases/test_repeated_start.py"
_RESCUE = "integration/use_cases/test_rescue.py"
_SLACK = "integration/use_cases/test_slack_is_down.py"
_STOP = "integration/use_cases/test_stop_at_each_moment.py"
_WATCH = "integration/use_cases/test_watch.py"
_WATCHED = "e2e/test_watch.py"
_UNCLEAR = "test_an_unclear_watch_asks_somebody_else_and_a_failing_one_brings_the_version_before_back"
_ROLL_BACK = "e2e/test_roll_back.py"
_SUPPORT = "integration/use_cases/test_support.py"
_TIME_OUT = "e2e/test_when_time_runs_out.py"

WALKS: Sequence[Walk] = (
    Walk(
        moment="Approved on Thursday at 16:50",
        ends_so="It starts on Friday at 09:30, and not a second before",
        tests=(f"{_IN_TIME}::test_approved_on_thursday_at_16_50_it_starts_on_friday_at_09_30",),
    ),
    Walk(
        moment="Proven on Friday, signed off on Monday",
        ends_so="It goes live on the same proof",
        tests=(f"{_IN_TIME}::test_proven_on_friday_and_signed_off_on_monday_it_goes_live_without_a_new_proof",),
    ),
    Walk(
        moment="Grants expire in the queue",
        ends_so="The platform starts the next attempt and asks again; the place in the queue is kept",
        tests=(
            f"{_TIME_OUT}::test_an_approval_that_grew_old_in_the_queue_is_asked_for_again",
            f"{_IN_TIME}::test_grants_for_prod_that_expire_in_the_queue_are_asked_for_again_and_the_place_is_kept",
        ),
    ),
    Walk(
        moment="Fails in Prod on Friday at 15:55",
        ends_so="What ran before comes back, after closing time too; the fix waits for Monday, an emergency does not",
        tests=(
            f"{_PATH}::test_a_version_that_fails_in_prod_is_undone_and_the_service_is_held",
            f"{_PAST_CLOSING}::test_what_fails_in_prod_on_friday_at_15_55_is_brought_back_after_closing_time",
            f"{_PAST_CLOSING}::test_its_fix_waits_for_monday",
            f"{_PAST_CLOSING}::test_an_emergency_that_fixes_it_does_not_wait_for_monday",
        ),
    ),
    Walk(
        moment="A nightly run while a release waits for its sign-off",
        ends_so="The release is not superseded: it is signed off and goes live",
        tests=(
            f"{_IN_TIME}::test_a_nightly_run_does_not_supersede_a_release_that_waits_for_its_sign_off",
            "integration/use_cases/test_before_work.py::test_a_nightly_run_replaces_nothing",
        ),
    ),
    Walk(
        moment="A hold placed between Preprod and Prod",
        ends_so="Prod waits until it is lifted; other services go past",
        tests=(
            f"{_IN_TIME}::test_a_hold_placed_between_preprod_and_prod_stops_prod_and_no_other_service",
            "integration/use_cases/test_holds.py::test_a_hold_placed_during_a_deploy_lets_it_end_and_stops_the_next_stage",
        ),
    ),
    Walk(
        moment="A voter leaves before the permit",
        ends_so="The vote goes with them: no permit, and others are asked in the next attempt",
        tests=(f"{_IN_TIME}::test_a_voter_who_leaves_before_the_permit_takes_the_vote_along",),
    ),
    Walk(
        moment="All voters leave",
        ends_so="It ends as refused and says that nobody may answer; the lane is free",
        tests=(f"{_IN_TIME}::test_when_all_voters_leave_it_ends_as_refused_and_the_lane_is_free",),
    ),
    Walk(
        moment="An emergency while a release of another service is watched in Prod",
        ends_so="It takes the lane; the watched one keeps its service, is watched on, and goes live after it",
        tests=(
            f"{_EMERGENCY}::test_an_emergency_goes_live_while_another_release_is_watched_which_goes_live_after_it",
            f"{_OVERTAKING}::test_an_emergency_takes_the_lane_from_another_service_that_is_watched",
        ),
    ),
    Walk(
        moment="An emergency while a release of the same service is watched in Prod",
        ends_so="The lease passes too: the watched one is superseded, never undone, and the new verdict covers both",
        tests=(
            f"{_OVERTAKING}::test_on_the_same_service_the_lease_passes_too_and_the_verdict_covers_both",
            f"{_OVERTAKING}::test_what_failed_after_it_brings_back_what_it_overtook",
        ),
    ),
    Walk(
        moment="An emergency while a release of the same service is at sign-off",
        ends_so="It replaces that one, and says so",
        tests=(f"{_OVERTAKING}::test_an_emergency_while_the_same_service_is_at_sign_off_replaces_it",),
    ),
    Walk(
        moment="Preprod is down in an emergency",
        ends_so="Another declared environment proves it, and those who sign are told; without one it is refused",
        tests=(
            f"{_ELSEWHERE}::test_the_stand_in_proves_it_and_preprod_is_not_touched",
            f"{_ELSEWHERE}::test_without_it_an_emergency_does_not_get_past_a_preprod_that_is_down",
        ),
    ),
    Walk(
        moment="One service is brought back while another deploys",
        ends_so="They run side by side and the log says so; nothing new starts until it is back",
        tests=(
            f"{_RESCUE}::test_a_is_brought_back_while_b_deploys",
            f"{_RESCUE}::test_nothing_new_starts_while_something_is_brought_back",
        ),
    ),
    Walk(
        moment="The smoke tests fail in Preprod, and the fix comes in the same release",
        ends_so="The failed version is undone; the fix goes through Dev and Preprod again, and live",
        tests=(f"{_PATH}::test_a_version_that_fails_in_preprod_is_undone_and_mended_in_the_same_release",),
    ),
    Walk(
        moment="SIGKILL of migrate, of deploy, after the permit",
        ends_so="Nothing is done twice: what was begun is settled by asking the target, and the next one goes on",
        tests=(
            f"{_CHAOS}::test_it_ends_in_the_state_that_fits",
            f"{_CHAOS}::test_nothing_is_deployed_twice",
            f"{_REPEATED}::test_killed_in_a_migration_that_was_through_it_goes_on",
            f"{_REPEATED}::test_killed_before_the_deploy_it_is_not_repeated",
            f"{_REPEATED}::test_killed_after_the_deploy_it_finds_the_artefact_running_and_goes_on",
        ),
    ),
    Walk(
        moment="The task that holds the slot is alive and the run is stuck, at 02:00",
        ends_so="After the deadline two people give up on the work: the lane goes on, the service stays locked",
        tests=(
            f"{_HARD}::test_a_run_that_is_stuck_keeps_the_slot_until_two_people_give_up_on_it",
            f"{_PAST_CLOSING}::test_a_run_that_is_stuck_at_02_00_keeps_the_lane_until_two_people_give_up_on_it",
            f"{_QUARANTINE}::test_its_service_waits_there_and_everybody_is_told_why",
            f"{_QUARANTINE}::test_second_line_is_paged_at_once_and_every_hour",
        ),
    ),
    Walk(
        moment="The first release ever fails in Prod",
        ends_so="It is removed: live serves nothing again, or the maintenance page that its service names. The service"
        " is held, log and console say so",
        tests=(
            f"{_HARD}::test_a_first_release_ever_that_fails_in_prod_is_removed_and_log_and_console_say_so",
            "integration/use_cases/test_at_work.py::test_a_first_release_ever_that_fails_is_removed",
            f"{_IN_PLACE}::test_a_first_release_ever_that_fails_in_prod_leaves_the_page_and_holds_the_service",
            f"{_IN_PLACE}::test_what_comes_back_to_the_next_release_is_the_page",
        ),
    ),
    Walk(
        moment="A third party acts the next day",
        ends_so="Nobody holds the lane overnight; who does not come by the deadline lets it go, with nothing uncertain",
        tests=(
            f"{_PAST_CLOSING}::test_a_vendor_who_acts_the_next_day_holds_no_lane_overnight",
            f"{_PAST_CLOSING}::test_a_vendor_who_does_not_come_lets_the_lane_go_at_the_deadline",
            f"{_PAST_CLOSING}::test_one_that_could_not_be_done_before_closing_time_is_not_begun",
            f"{_OUTSIDE}::test_who_began_and_never_reported_leaves_live_uncertain_but_not_the_lane",
        ),
    ),
    Walk(
        moment="Slack is down and a release is potentially problematic",
        ends_so="Time to object counts from delivery on any channel, else second line acknowledges",
        tests=(
            f"{_SLACK}::test_while_slack_is_down_it_waits_and_once_told_people_have_their_time",
            f"{_SLACK}::test_second_line_acknowledges_in_the_place_of_a_delivery",
            f"{_SLACK}::test_who_objects_holds_it_and_no_time_lets_it_go",
        ),
    ),
    Walk(
        moment="Ten releases ready on Monday at 09:30:00",
        ends_so="They go one after the other, in the order in which they were approved",
        tests=(f"{_IN_TIME}::test_ten_ready_on_monday_at_09_30_00_go_one_after_the_other_as_they_were_approved",),
    ),
    Walk(
        moment="A colleague retries, then the first requester approves",
        ends_so="The answer does not count: who ever asked is a requester of the release for good",
        tests=(
            "integration/use_cases/test_attacks.py::test_who_asked_does_not_approve_after_a_colleague_retried",
            "integration/use_cases/test_answers.py::test_who_retried_is_a_requester_of_the_release_for_good",
        ),
    ),
    Walk(
        moment="Stopped while people are asked, or in the queue",
        ends_so="It is withdrawn, nothing was touched, and the question goes away",
        tests=(
            f"{_ANSWERS}::test_neither_the_requester_nor_a_stranger_nor_one_person_twice_decides",
            f"{_ANSWERS}::test_a_release_is_stopped_in_the_queue",
            f"{_STOP}::test_where_nothing_was_touched_it_is_withdrawn",
        ),
    ),
    Walk(
        moment="Stopped while it migrates, deploys or is in smoke",
        ends_so="What was begun is settled and undone, the schema too where that loses nothing; the lane is free",
        tests=(
            f"{_HARD}::test_a_stop_while_it_migrates_is_followed_by_no_deploy",
            f"{_ANSWERS}::test_a_stop_while_it_deploys_or_is_in_smoke_takes_back_what_was_begun",
            f"{_STOP}::test_what_was_begun_is_undone_the_schema_too",
        ),
    ),
    Walk(
        moment="Stopped while live is watched",
        ends_so="The watch ends, what ran before comes back, and nobody is asked to confirm any more",
        tests=(
            f"{_WATCH}::test_a_stop_while_live_is_watched_undoes_it",
            f"{_WATCH}::test_a_person_who_says_no_a_stop_and_the_end_of_the_stage_end_the_watch",
        ),
    ),
    Walk(
        moment="The watch of live cannot tell",
        ends_so="Somebody other than who asked decides; nobody by the deadline leaves it unverified",
        tests=(
            f"{_WATCHED}::{_UNCLEAR}",
            f"{_TIME_OUT}::test_what_nobody_attends_to_is_unverified_at_the_deadline_and_settled_by_a_verdict",
        ),
    ),
    Walk(
        moment="The watch of live fails",
        ends_so="What ran before comes back at once, the version is bad and the service is held",
        tests=(
            f"{_WATCHED}::{_UNCLEAR}",
            f"{_WATCH}::test_a_failing_watch_ends_at_once_brings_the_version_before_back_and_holds_the_service",
        ),
    ),
    Walk(
        moment="A manager has nobody asked to confirm a service in live",
        ends_so="Those who authorise are told so, and it goes live without; its log names the manager and the reason",
        tests=(
            f"{_PATH}::test_a_version_that_fails_in_prod_is_undone_and_the_service_is_held",
            f"{_CONFIRMED}::test_nobody_is_asked_and_those_who_authorised_it_knew",
            f"{_CONFIRMED}::test_what_does_not_count_any_more_by_then_has_somebody_asked",
        ),
    ),
    Walk(
        moment="A rollback by hand, while another release deploys to live",
        ends_so="It starts at once beside the other one, and the log says which; the version it left is bad",
        tests=(f"{_ROLL_BACK}::test_a_rollback_runs_beside_another_release_that_holds_the_lane",),
    ),
    Walk(
        moment="A rollback fails, and is tried again while the service is held and the window is closed",
        ends_so="Live is uncertain, second line is paged and told what runs; the next one is not held up",
        tests=(
            f"{_ROLL_BACK}::test_a_rollback_that_fails_pages_and_says_what_truly_runs",
            f"{_ROLL_BACK}::test_a_rollback_passes_a_hold_and_a_closed_window",
        ),
    ),
    Walk(
        moment="Booked support is for another time than now",
        ends_so="Prod waits for that time; a manager or second line waives it with a reason, and it goes live",
        tests=(
            f"{_HARD}::test_second_line_releases_for_a_team_and_the_support_that_is_booked_is_waived",
            f"{_SUPPORT}::test_before_its_time_it_waits_until_then",
            f"{_SUPPORT}::test_after_its_time_it_waits_for_somebody_who_waives_it",
        ),
    ),
    Walk(
        moment="Second line releases on behalf of a team",
        ends_so="Log, form and channel name both, and who attends it; the approvals stay with the team",
        tests=(
            f"{_HARD}::test_second_line_releases_for_a_team_and_the_support_that_is_booked_is_waived",
            f"{_SUPPORT}::test_whoever_asks_on_behalf_of_a_team_the_log_names_both",
        ),
    ),
    Walk(
        moment="A release that needs another to be live first",
        ends_so="It waits in Prod and holds up nobody; once the other is live it goes on. A circle is refused at once",
        tests=(
            f"{_HARD}::test_a_release_waits_in_prod_until_what_it_needs_is_live",
            f"{_COUPLED}::test_a_need_that_was_live_and_went_back_holds_again",
            f"{_COUPLED}::test_a_circle_of_three_is_refused",
        ),
    ),
)
