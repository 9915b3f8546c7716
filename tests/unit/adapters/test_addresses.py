"""A name is looked up within a time of ours, whatever the system's own patience is."""

import socket
import threading
from typing import Any

import pytest

from slipway.adapters.addresses import resolve


def test_a_name_has_addresses() -> None:
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}


def test_a_lookup_that_nobody_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def hangs(*_: Any, **__: Any) -> Any:
        asked.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
        resolve("orders.example", 80, seconds=0.05)
    asked.set()


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example", "a..b"])
def test_what_is_no_name_or_is_not_known_is_an_error_of_the_system(host: str) -> None:
    with pytest.raises(OSError, match=r"\w"):
        resolve(host, 80)
