"""Of an address only scheme, host and port are shown."""

import pytest

from slipway.domain.address import endpoint_of, has_login, host_of, place_of, shown_location


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://live.example/letters?key=1", "https://live.example"),
        ("http://user:pw@127.0.0.1:18100", "http://127.0.0.1:18100"),
        ("https://live.example#part", "https://live.example"),
        ("live.example/letters", "live.example"),
    ],
)
def test_what_may_be_secret_is_left_out(url: str, place: str) -> None:
    assert place_of(url) == place
    assert place.endswith(host_of(url))
    assert "://" not in host_of(url)


@pytest.mark.parametrize(
    ("url", "has"),
    [
        ("http://user:pw@127.0.0.1:18100/", True),
        ("http://@[::1", True),
        ("https://live.example/@?a=@", False),
        ("http://[::1", False),
    ],
)
def test_a_login_stands_before_the_host(url: str, has: bool) -> None:
    assert has_login(url) == has


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://live.example/letters/a?key=1#part", "https://live.example/letters/a"),
        ("http://user:pw@127.0.0.1:18100/", "http://127.0.0.1:18100/"),
        ("https://live.example?to=/a@b", "https://live.example"),
        ("https://live.example/a@b/c", "https://live.example/a@b/c"),
        ("live.example/letters", "live.example/letters"),
    ],
)
def test_an_endpoint_is_named_with_its_path_only(url: str, endpoint: str) -> None:
    assert endpoint_of(url) == endpoint


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("", ""),
        ("/login?next=/letters&ticket=5", "/login"),
        ("login", "/login"),
        ("https://live.example", "/"),
        ("https://rob:secret@sso.example/token/5?key=1", "sso.example"),
        ("//sso.example/token/5", "sso.example"),
        ("https://[", "no address"),
    ],
)
def test_of_a_redirect_elsewhere_only_the_host_is_shown_and_never_a_query(location: str, shown: str) -> None:
    assert shown_location("https://live.example/letters?key=1", location) == shown
