"""What the form says of the last 24 hours."""

from datetime import UTC, datetime, timedelta

from slipway.docs.sample_release import EXPLAINED
from slipway.domain.last_day import MOST_SHOWN, Deployed, Drift, Held, LastDay

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def deployed(number: int = 0, version: str | None = "1.1", *, brought_back: bool = False) -> Deployed:
    return Deployed(service="orders", version=version, brought_back=brought_back, at=NINE + timedelta(minutes=number))


def test_a_quiet_day_says_so() -> None:
    assert list(LastDay(environment="prod").lines()) == [
        "- The last 24 hours in prod:",
        "    - Deployed: nothing",
        "    - Held: nothing",
        "    - Open findings: none; reviews that are open: 0",
    ]


def test_what_was_taken_back_and_what_is_held_still_stand_out() -> None:
    held = (
        Held(id=2, name="orders", reason="stock taking", by="mona", over_at=None),
        Held(id=1, name=None, reason="a `trick` [link](x)", by="lena", over_at=NINE),
    )
    day = LastDay(
        environment="prod",
        deployed=[deployed(5, brought_back=True), deployed(1, None, brought_back=True), deployed()],
        held=held,
        open_reviews=3,
        overdue_reviews=1,
        open_findings=MOST_SHOWN + 1,
        newest_findings=[EXPLAINED] * MOST_SHOWN,
        drifted=[Drift(service="forms", environment="prod", seq=7)],
    )
    _, ran, stood, found, drifted = day.lines()
    assert ran == (
        "    - Deployed: orders 1.1 brought back at 09:05 UTC, orders removed at 09:01 UTC, orders 1.1 at 09:00 UTC"
    )
    assert stood == (
        "    - Held: `orders` by mona (**still**): `stock taking`,"
        " everything by lena (until 09:00 UTC): `a 'trick' [link](x)`"
    )
    listed = ", ".join(["815 `run started`"] * MOST_SHOWN)
    assert found == (
        f"    - Open findings: **11**: {listed}, and 1 more; reviews that are open: 3, **1 of them overdue**"
    )
    assert drifted == "    - **Drift**, and nothing deployed there since: forms in prod (log entry 7)"


def test_a_long_list_is_cut_and_counted() -> None:
    day = LastDay(environment="prod", deployed=[deployed(number) for number in range(MOST_SHOWN + 2)])
    assert list(day.lines())[1].endswith(", and 2 more")
