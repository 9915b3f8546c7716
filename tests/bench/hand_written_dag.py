"""What somebody would write by hand for one service: the same two graphs as an Airflow DAG file, of plain operators."""

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, BaseOperator, CronTriggerTimetable, Param, TaskGroup

SERVICE = "plain"
DEFAULTS = {"retries": 0, "owner": "somebody", "execution_timeout": timedelta(hours=6)}
NIGHTLY = CronTriggerTimetable("30 2 * * *", timezone="UTC")


class Nothing(BaseOperator):
    """A plain operator."""

    def execute(self, context: object) -> None:
        """Does nothing."""


with DAG(
    f"plain_dev__{SERVICE}",
    schedule=AssetOrTimeSchedule(timetable=NIGHTLY, assets=[Asset(f"plain-artefact-{SERVICE}")]),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["plain", "dev"],
):
    opening = Nothing(task_id="open")
    turn = Nothing(task_id="take_turn")
    migrate = Nothing(task_id="migrate", pool="dev_slots")
    deploy = Nothing(task_id="deploy", pool="dev_slots")
    smoke = Nothing(task_id="smoke", pool="dev_slots")
    finish = Nothing(task_id="finish_stage").as_teardown()
    closing = Nothing(task_id="close").as_teardown(on_failure_fail_dagrun=True)
    opening >> turn >> migrate >> deploy >> smoke >> finish >> closing

with DAG(
    f"plain_release__{SERVICE}",
    schedule=None,
    catchup=False,
    max_active_runs=64,
    default_args=DEFAULTS,
    tags=["plain", "release"],
    params={
        "version": Param(type="string", minLength=1),
        "summary": Param(type="string", minLength=1),
        "rollback_plan": Param(type="string", minLength=1),
        "to": Param("prod", type="string", enum=["preprod", "prod"]),
    },
):
    opening = Nothing(task_id="open")
    closing = Nothing(task_id="close").as_teardown(on_failure_fail_dagrun=True)
    with TaskGroup("dev"):
        dev_turn = Nothing(task_id="take_turn")
        dev_migrate = Nothing(task_id="migrate", pool="dev_slots")
        dev_deploy = Nothing(task_id="deploy", pool="dev_slots")
        dev_smoke = Nothing(task_id="smoke", pool="dev_slots")
        dev_finish = Nothing(task_id="finish_stage").as_teardown()
        dev_turn >> dev_migrate >> dev_deploy >> dev_smoke >> dev_finish
    opening >> dev_turn
    with TaskGroup("preprod"):
        pre_check = Nothing(task_id="check_migrations")
        pre_approve = Nothing(task_id="approve", retries=20, retry_delay=timedelta(seconds=3))
        pre_turn = Nothing(task_id="take_turn")
        pre_hold = Nothing(task_id="hold_slot", pool="release_slot")
        pre_migrate = Nothing(task_id="migrate", retries=2, retry_delay=timedelta(seconds=1))
        pre_deploy = Nothing(task_id="deploy")
        pre_smoke = Nothing(task_id="smoke")
        pre_finish = Nothing(task_id="finish_stage").as_teardown()
        pre_check >> pre_approve >> pre_turn >> [pre_hold, pre_migrate]
        pre_migrate >> pre_deploy >> pre_smoke >> pre_finish
    [dev_smoke, dev_finish] >> pre_check
    with TaskGroup("prod"):
        prod_check = Nothing(task_id="check_migrations")
        authorise = Nothing(task_id="authorise", retries=20, retry_delay=timedelta(seconds=3))
        sign_off = Nothing(task_id="sign_off", retries=20, retry_delay=timedelta(seconds=3))
        prod_turn = Nothing(task_id="take_turn")
        prod_hold = Nothing(task_id="hold_slot", pool="release_slot")
        prod_migrate = Nothing(task_id="migrate", retries=2, retry_delay=timedelta(seconds=1))
        prod_deploy = Nothing(task_id="deploy")
        prod_smoke = Nothing(task_id="smoke")
        watch = Nothing(task_id="watch")
        confirm = Nothing(task_id="confirm", retries=20, retry_delay=timedelta(seconds=3))
        verdict = Nothing(task_id="verdict")
        prod_finish = Nothing(task_id="finish_stage").as_teardown()
        prod_check >> authorise >> sign_off >> prod_turn >> [prod_hold, prod_migrate]
        prod_migrate >> prod_deploy >> prod_smoke >> [watch, confirm] >> verdict >> prod_finish
    [pre_smoke, pre_finish] >> prod_check
    [pre_hold, prod_hold, prod_smoke, prod_finish] >> closing
