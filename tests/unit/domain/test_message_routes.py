"""Where messages go."""

from slipway.domain.message_routes import FILE, MessageChannel, MessageRoutes, Way, WayKind

SLACK = Way(kind=WayKind.SLACK, address="C0DEPLOY")
MAIL = Way(kind=WayKind.EMAIL, address="team@example.gov.uk")


def test_a_channel_without_a_way_is_written_to_the_file() -> None:
    routes = MessageRoutes(ways={MessageChannel.DEPLOY: (SLACK,), MessageChannel.PAGE: ()})
    assert routes.of("deploy") == (SLACK,)
    assert routes.of("page") == routes.of("approvals") == (FILE,)


def test_evidence_without_a_way_of_its_own_goes_where_releases_are_told() -> None:
    assert MessageRoutes(ways={MessageChannel.DEPLOY: (SLACK,)}).of("evidence") == (SLACK,)
    both = MessageRoutes(ways={MessageChannel.DEPLOY: (SLACK,), MessageChannel.EVIDENCE: (MAIL,)})
    assert both.of("evidence") == (MAIL,)
    assert MessageRoutes().of("evidence") == (FILE,)


def test_each_way_is_named_once() -> None:
    routes = MessageRoutes(ways=dict.fromkeys(MessageChannel, (SLACK, MAIL)))
    assert routes.all == (SLACK, MAIL)


def test_names_tell_ways_apart() -> None:
    assert [str(way) for way in (SLACK, MAIL, FILE)] == ["slack:C0DEPLOY", "email:team@example.gov.uk", "file"]
