"""A version marked bad stays off the live path; Dev may try it."""

from slipway.domain.policy.version_is_not_bad import check
from tests.builders import DEV, PROD
from tests.facts import NOW, facts


def test_a_bad_version_is_kept_from_the_live_path_only() -> None:
    assert [blocker.code for blocker in check(facts(PROD, bad_version="smoke: fail"), NOW)] == ["bad_version"]
    assert not list(check(facts(DEV, bad_version="smoke: fail"), NOW))
    assert not list(check(facts(PROD), NOW))
