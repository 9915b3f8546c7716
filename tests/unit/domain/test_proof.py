"""Which check decided against a version, in few words."""

from typing import Any

from slipway.domain.proof import MOST_SAID, proof_of
from tests.facts import NOW


def check(name: str, status: str, priority: str = "blocking", detail: str = "it answered") -> dict[str, Any]:
    return {"name": name, "status": status, "priority": priority, "detail": detail}


def test_a_check_that_failed_is_named_before_one_that_found_out_nothing_and_a_warning_never() -> None:
    checks = [check("a", "fail", "warning"), check("b", "unknown"), check("c", "fail"), check("d", "fail")]
    assert proof_of("fail", NOW, checks).failed == "c: it answered"
    assert proof_of("unknown", NOW, checks[:2]).failed == "b: it answered"
    passed = proof_of("pass", NOW, [checks[0], check("e", "pass")])
    assert (passed.failed, passed.warnings) == ("", ("a: it answered",))


def test_what_it_said_is_one_line_and_cut() -> None:
    said = proof_of("fail", NOW, [check("a", "fail", detail="answered\n 500: " + "x" * 1000)]).failed
    assert said.startswith("a: answered 500: xxx")
    assert len(said) == len("a: ") + MOST_SAID + 1
