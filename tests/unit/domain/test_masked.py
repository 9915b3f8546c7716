"""No secret of an exception reaches the log; everything else of it does."""

import pytest

from slipway.domain.masked import masked

ENVIRONMENT = {
    "SLIPWAY_INTERNAL_TOKEN": "tok-123456",
    "AIRFLOW__CORE__FERNET_KEY": "fernet=abc",
    "SLIPWAY_DATABASE_URL": "postgresql://slipway:hunter22@db/release",
    "HOME": "/srv/slipway",
    "SOME_TOKEN": "on",
}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cannot reach postgresql://slipway:pw@db/x", "cannot reach postgresql://***@db/x"),
        ("hunter22 is wrong", "*** is wrong"),
        ("sent tok-123456 and fernet=abc", "sent *** and ***"),
        ("connection string: host=db password=pw user=me", "connection string: host=db password=*** user=me"),
        ("header Authorization: Bearer eyJ.a-b_c", "header Authorization: Bearer ***"),
        ("{'token': 'abc', 'n': 1}", "{'token': ***, 'n': 1}"),
        ("'NoneType' object has no attribute 'turn'", "'NoneType' object has no attribute 'turn'"),
        ("/srv/slipway is not on http://db/x", "/srv/slipway is not on http://db/x"),
    ],
)
def test_secrets_are_hidden_and_nothing_else(said: str, kept: str) -> None:
    assert masked(said, ENVIRONMENT) == kept
