"""Which hosts a list of the policy allows."""

import pytest

from slipway.domain.allowed_hosts import asked_host, is_allowed, why_too_wide


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://orders.example.org", "orders.example.org"),
        ("https://Orders.Example.org:443/base?x=1", "orders.example.org"),
        ("http://orders.example.org:443", "orders.example.org:443"),
        ("http://127.0.0.1:18101", "127.0.0.1:18101"),
        ("https://me:secret@orders.example.org:8443/", "orders.example.org:8443"),
        ("https://orders.example.org?x=https://elsewhere", "orders.example.org"),
        ("https://orders.example.org#@elsewhere", "orders.example.org"),
    ],
)
def test_a_host_is_named_with_its_port_where_that_is_unusual(url: str, host: str) -> None:
    assert asked_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        *("https://elsewhere\\@orders.example.org", "https://a@b@orders.example.org", "https://orders.example.org\\x"),
        *("https://[::1]:8443", "https://[::1", "https://münchen.example.org", "https://.orders.example.org"),
        *("ftp://orders.example.org", "orders.example.org", "https://", ""),
    ],
)
def test_what_could_be_read_in_two_ways_has_no_host_and_is_never_allowed(url: str) -> None:
    assert asked_host(url) == ""
    assert not is_allowed(asked_host(url), ["orders.example.org", "*.example.org:*", "*.orders.example.org"])


@pytest.mark.parametrize(
    ("entry", "allowed", "refused"),
    [
        (
            "orders.example.org",
            ["orders.example.org"],
            ["orders.example.org:8443", "a.orders.example.org", "orders.example.org.elsewhere.net", "example.org"],
        ),
        ("orders.example.org:8443", ["orders.example.org:8443"], ["orders.example.org", "orders.example.org:84430"]),
        (
            "*.orders.example.org",
            ["qa.orders.example.org", "a.b.orders.example.org"],
            ["orders.example.org", "myorders.example.org", "qa.orders.example.org:8443", "orders.example.org.qa"],
        ),
        ("*.orders.example.org:8443", ["qa.orders.example.org:8443"], ["qa.orders.example.org"]),
        ("127.0.0.1:*", ["127.0.0.1", "127.0.0.1:18101"], ["127.0.0.10:18101", "localhost:18101"]),
        ("*.example.org:*", ["a.example.org", "a.example.org:1"], ["example.org:1"]),
        ("*", [], ["orders.example.org"]),
    ],
)
def test_a_star_stands_for_names_below_a_domain_or_for_any_port(
    entry: str, allowed: list[str], refused: list[str]
) -> None:
    others = ["elsewhere.net", "*.elsewhere.example.net"]
    assert all(is_allowed(host, [*others, entry]) for host in allowed)
    assert not any(is_allowed(host, [*others, entry]) for host in refused)


@pytest.mark.parametrize("entry", ["*", "*.org", "*.org:8443", "*.0.0.1", "*.168.0.1:*"])
def test_a_star_for_the_hosts_of_everybody_is_too_wide(entry: str) -> None:
    assert str(why_too_wide(entry)).startswith(f"`{entry}` stands for hosts of everybody")


@pytest.mark.parametrize("entry", ["*.example.org", "*.orders.example.org:*", "127.0.0.1:*", "org"])
def test_a_domain_of_ones_own_is_not(entry: str) -> None:
    assert why_too_wide(entry) is None
