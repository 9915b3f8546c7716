"""A version marked bad stays off the live path; Dev may try it."""

import pytest

from slipway.domain.policy.version_is_not_bad import check
from slipway.domain.release import BadAgain
from tests.builders import DEV, PROD
from tests.facts import NOW, an_attempt, facts


def test_a_bad_version_is_kept_from_the_live_path_only() -> None:
    assert [blocker.code for blocker in check(facts(PROD, bad_version="smoke: fail"), NOW)] == ["bad_version"]
    assert not list(check(facts(DEV, bad_version="smoke: fail"), NOW))
    assert not list(check(facts(PROD), NOW))


@pytest.mark.parametrize(
    ("by", "codes"), [("sam", []), ("mona", []), ("rita", ["bad_version"]), ("gone", ["bad_version"])]
)
def test_it_goes_on_where_somebody_entitled_says_why(by: str, codes: list[str]) -> None:
    attempt = an_attempt(bad_again=BadAgain(reason="the check was wrong", by=by))
    found = check(facts(PROD, bad_version="smoke: fail", attempt=attempt), NOW)
    assert [blocker.code for blocker in found] == codes
