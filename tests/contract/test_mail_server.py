"""What mail servers answer, through Airflow's SMTP provider."""

from collections.abc import Iterator

import pytest

from slipway.adapters.database.deliveries import CLAIMED_FOR
from slipway.adapters.notifiers import webhook
from slipway.adapters.notifiers.mail import Mail
from slipway.ports.messages import NotSentError
from tests.fakes.smtp_server import SmtpServer

pytestmark = pytest.mark.airflow
MAIL = Mail(to="team@example.gov.uk", subject="orders – live", paragraphs=("one\ntwo",), headers={"X-Key": "k"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    with SmtpServer() as made:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", made.connection)
        yield made


def send(mail: Mail = MAIL, seconds: float = 60) -> None:
    from slipway.airflow_edge.smtp_send import HookMailSend  # noqa: PLC0415 - Airflow takes seconds

    HookMailSend(deadline_seconds=seconds)(mail)


def test_an_e_mail_has_its_headers(server: SmtpServer) -> None:
    send()
    (taken,) = server.taken
    assert (taken["Subject"], taken["To"], taken["X-Key"]) == ("orders – live", "team@example.gov.uk", "k")


@pytest.mark.parametrize(
    ("word", "answer", "way_is_down"),
    [
        ("RCPT", "550 no such mailbox", True),
        ("MAIL", "451 later", True),
        ("DATA", "554 this looks like spam", False),
    ],
)
def test_a_refusal_is_told_and_nothing_is_tried_twice(
    server: SmtpServer, word: str, answer: str, way_is_down: bool
) -> None:
    server.refuses[word] = answer
    with pytest.raises(NotSentError, match=answer) as failed:
        send()
    assert (failed.value.way_is_down, failed.value.may_have_arrived) == (way_is_down, False)
    assert server.asked.count(word) == 1


def test_a_lost_answer_leaves_it_in_doubt_and_is_not_tried_twice(server: SmtpServer) -> None:
    server.hangs_up_after = "DATA"
    with pytest.raises(NotSentError) as failed:
        send()
    assert failed.value.may_have_arrived
    assert len(server.taken) == 1


@pytest.mark.parametrize(("after", "taken", "in_doubt"), [("connect", 0, False), ("MAIL", 0, True), (".", 1, True)])
def test_a_reply_without_end_ends_at_the_deadline_and_nothing_is_handed_over_later(
    server: SmtpServer, after: str, taken: int, in_doubt: bool
) -> None:
    server.drips_after = after
    with pytest.raises(NotSentError, match="TimeoutError") as failed:
        send(seconds=3)
    assert (failed.value.way_is_down, failed.value.may_have_arrived) == (True, in_doubt)
    assert len(server.taken) == taken
    if after != "connect":
        assert server.hung_up_on.wait(10)


def test_an_e_mail_ends_before_others_may_take_it_over() -> None:
    from slipway.airflow_edge.smtp_send import DEADLINE_SECONDS  # noqa: PLC0415 - Airflow takes seconds

    assert max(DEADLINE_SECONDS, webhook.DEADLINE_SECONDS) < CLAIMED_FOR.total_seconds()


def test_without_a_connection_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SMTP_DEFAULT", raising=False)
    with pytest.raises(NotSentError, match="smtp_default") as failed:
        send()
    assert not failed.value.may_have_arrived
