"""The eye that the chaos tests trust sees what it must."""

from tests.chaos.watching import overlaps


def _event(what: str, deploy: int, service: str = "tea", environment: str = "preprod") -> dict[str, object]:
    return {"what": what, "deploy": deploy, "service": service, "environment": environment}


def test_one_deploy_after_the_other_is_fine() -> None:
    assert overlaps([_event("begin", 1), _event("cut", 1), _event("begin", 2), _event("end", 2)]) == []


def test_two_deploys_in_one_place_are_seen() -> None:
    events = [_event("begin", 1, environment="dev"), _event("begin", 2, environment="dev")]
    assert [(a["deploy"], b["deploy"]) for a, b in overlaps(events)] == [(1, 2)]


def test_two_deploys_on_the_live_path_are_seen_whatever_the_services() -> None:
    events = [_event("begin", 1, "tea", "prod"), _event("begin", 2, "coffee"), _event("end", 2, "coffee")]
    assert [(a["deploy"], b["deploy"]) for a, b in overlaps(events)] == [(1, 2)]


def test_two_services_may_be_deployed_to_dev_at_once() -> None:
    events = [_event("begin", 1, "tea", "dev"), _event("begin", 2, "coffee", "dev")]
    assert overlaps(events) == []
