"""`python -m slipway.airflow_edge.announcer`: tells people, in a process of its own (ADR 0020).

Airflow is imported when the first message goes to Slack or by e-mail: until then this is a small process.
"""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from slipway.adapters.sideline import Job, Sideline
from slipway.domain.errors import SlipwayError
from slipway.domain.message_routes import Way
from slipway.ports.messages import ChannelTopic, Notifier
from slipway.ports.store import ReleaseStore
from slipway.use_cases.send_messages import route_messages, send_messages
from slipway.use_cases.show_holds_in_topic import show_holds, topic_name, topics_behind
from slipway.wiring import make_notifiers, make_store, make_topics

if TYPE_CHECKING:
    from slipway.adapters.notifiers.mail import MailSend
    from slipway.adapters.notifiers.slack_api import SlackCall

_LOG = logging.getLogger(__name__)
WAYS_AT_ONCE = 16
"""Each way is used by one thread at a time, and none waits for another that is slow."""


class Announcer:
    """Looks for what is to be told, and gives each way its own thread. Says what goes wrong once, not every second."""

    def __init__(
        self,
        store: ReleaseStore,
        make_notifier: Callable[[Way], Notifier],
        make_topic: Callable[[Way], ChannelTopic],
    ) -> None:
        self._store = store
        self._make_notifier = make_notifier
        self._make_topic = make_topic
        self._ways = Sideline("ways", WAYS_AT_ONCE)
        self._complaint = ""

    def round(self) -> None:
        """One look."""
        try:
            sending = {str(way): self._sending(way) for way in route_messages(self._store)}
            showing = {topic_name(way): self._showing(way) for way in topics_behind(self._store)}
            failures = self._ways.give(sending | showing)
        except SlipwayError as error:
            failures = [error]
        complaint = "; ".join(f"{failure} ({type(failure).__name__})" for failure in failures)
        if complaint != self._complaint:
            _LOG.warning("%s", complaint or "works again")
        self._complaint = complaint

    def close(self) -> None:
        """Returns when what was begun has ended."""
        self._ways.close()

    def _sending(self, way: Way) -> Job:
        return lambda: send_messages(self._store, way, self._make_notifier(way))

    def _showing(self, way: Way) -> Job:
        return lambda: show_holds(self._store, way, self._make_topic(way))


def _slack() -> "SlackCall":
    from slipway.airflow_edge.slack_call import HookSlackCall  # noqa: PLC0415 - Airflow takes seconds

    return HookSlackCall()


def _mail() -> "MailSend":
    from slipway.airflow_edge.smtp_send import HookMailSend  # noqa: PLC0415 - Airflow takes seconds

    return HookMailSend()


def main() -> None:
    """Looks once a second; SIGTERM and SIGINT end it after what it is at."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    announcer = Announcer(make_store(), make_notifiers(_slack, _mail), make_topics(_slack))
    while not stopping.is_set():
        announcer.round()
        stopping.wait(1.0)
    announcer.close()


if __name__ == "__main__":
    main()
