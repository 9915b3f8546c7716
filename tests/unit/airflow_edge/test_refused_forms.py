"""What Airflow says of a form's field is said in words."""

import pytest
from airflow.sdk import Param

from slipway.adapters.plain_words import refused_by_form
from slipway.airflow_edge.change_form import change_params

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("by_hand_until", "31/01/2030", "by_hand_until is no day: write it like 2030-01-31"),
        ("what", "x" * 5000, "what is too long: say it shorter"),
        ("what", "", "what is missing: it must say something"),
        ("what", None, "what is missing: it must say something"),
        ("sort", "magic", "sort is not accepted: 'magic' is not one of"),
    ],
)
def test_what_a_form_of_airflow_refuses_is_told_without_its_schema(field: str, value: object, said: str) -> None:
    form: Param = change_params()[field]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever Airflow raises
        form.resolve(value)

    told = refused_by_form(f"Invalid input for param {field}: {caught.value}")

    assert told is not None
    assert told.startswith(said)
    assert "\n" not in told
    assert "schema" not in told
