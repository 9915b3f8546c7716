"""Looks at all checks of a watch at once, each at its own source."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from slipway.adapters.monitors import alertmanager, http_json, prometheus
from slipway.adapters.monitors.guarded_get import GuardedGet, NotSeenError
from slipway.adapters.monitors.storable import storable_sample
from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonValue
from slipway.domain.watch import Sample, SourceKind
from slipway.ports.outside.checks import Look
from slipway.ports.outside.surroundings import Connections

AT_ONCE = 8
PATIENCE_SECONDS = 45.0
"""For a whole round: one that hangs past every other limit must not keep the others' results."""


class Sources:
    """`Monitor` on real sources. Addresses and tokens come from the connections that checks name."""

    def __init__(self, connections: Connections, get: GuardedGet | None = None) -> None:
        self._connections = connections
        self._get = get or GuardedGet()

    def look(self, looks: Sequence[Look], hosts: Collection[str]) -> Sequence[Sequence[Sample]]:
        """Samples for each look, in order."""
        pool = ThreadPoolExecutor(max_workers=min(AT_ONCE, max(1, len(looks))), thread_name_prefix="watch")
        try:
            tried = [pool.submit(self._one, look, hosts) for look in looks]
            wait(tried, timeout=PATIENCE_SECONDS)
            return [_seen(look, one) for look, one in zip(looks, tried, strict=True)]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, look: Look, hosts: Collection[str]) -> list[Sample]:
        now = look.instants[-1]
        try:
            match look.check.source:
                case SourceKind.PROMETHEUS:
                    return self._prometheus(look, hosts)
                case SourceKind.ALERTMANAGER:
                    return [self._alertmanager(look, hosts)]
                case SourceKind.HTTP_JSON:
                    document = self._get.json(look.check.url or "", hosts)
                    return [http_json.sample(document, look.check.query, now)]
        except (NotSeenError, SlipwayError) as error:
            return [Sample(at=now, problem=str(error))]

    def _prometheus(self, look: Look, hosts: Collection[str]) -> list[Sample]:
        seen: list[Sample] = []
        for instants in filter(None, (look.before, look.instants)):
            asked = prometheus.params(look.check.query, instants)
            seen += prometheus.samples(self._ask(look, prometheus.PATH, asked, hosts), instants)
        return seen

    def _alertmanager(self, look: Look, hosts: Collection[str]) -> Sample:
        now, name = look.instants[-1], look.check.heartbeat
        if name is not None:
            beats = self._ask(look, alertmanager.PATH, alertmanager.heartbeat_params(name), hosts)
            if not alertmanager.alerts(beats):
                problem = f"{name}, which always fires, does not: nobody knows whether other alerts would come"
                return Sample(at=now, problem=problem)
        found = self._ask(look, alertmanager.PATH, alertmanager.params(look.check.matchers), hosts)
        firing = (alert for alert in alertmanager.alerts(found) if alert.name != name)
        return Sample(at=now, alerts=tuple(firing))

    def _ask(self, look: Look, path: str, params: Sequence[tuple[str, str]], hosts: Collection[str]) -> JsonValue:
        access = self._connections.http(look.check.connection or "")
        return self._get.json(f"{access.url}{path}", hosts, token=access.token, params=params)


def _seen(look: Look, tried: "Future[list[Sample]]") -> Sequence[Sample]:
    """Whatever befell one look is its own problem: the others keep what they saw."""
    now = look.instants[-1]
    if not tried.done() or tried.cancelled():
        return [Sample(at=now, problem=f"no answer after {PATIENCE_SECONDS:g} seconds")]
    if (error := tried.exception()) is not None:
        return [Sample(at=now, problem=f"the look broke off ({type(error).__name__})")]
    return [storable_sample(one) for one in tried.result()]
