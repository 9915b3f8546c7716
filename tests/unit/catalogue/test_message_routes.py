"""`messages` of platform.yaml."""

from slipway.catalogue.message_routes import MessagesModel
from slipway.domain.message_routes import FILE, MessageRoutes, Way, WayKind


def test_nothing_said_is_the_message_file() -> None:
    assert MessagesModel().routes() == MessageRoutes()


def test_every_kind_of_way_is_read_and_each_address_is_one_way() -> None:
    given = {
        "deploy": [{"slack": "C0123456789"}, {"file": True}],
        "page": [
            {"email": ["a@example.gov.uk", "b@example.gov.uk"]},
            {"webhook": {"connection": "ops_hook", "host": "hooks.example.gov.uk"}},
        ],
        "give_up_days": 3,
        "objection_minutes": 45,
    }
    routes = MessagesModel.model_validate(given).routes()
    assert routes.of("deploy") == (Way(kind=WayKind.SLACK, address="C0123456789"), FILE)
    assert routes.of("approvals") == (FILE,)
    assert routes.of("page") == (
        Way(kind=WayKind.EMAIL, address="a@example.gov.uk"),
        Way(kind=WayKind.EMAIL, address="b@example.gov.uk"),
        Way(kind=WayKind.WEBHOOK, address="ops_hook", host="hooks.example.gov.uk"),
    )
    assert (routes.give_up_days, routes.objection_minutes) == (3, 45)
