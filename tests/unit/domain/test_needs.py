"""What a release needs: as it is written, and whether it leads back to itself."""

import pytest

from slipway.domain.errors import RefusedError
from slipway.domain.needs import Build, circle, read_needs

A, B, C = ("a", "1"), ("b", "1"), ("c", "1")


@pytest.mark.parametrize(
    ("text", "builds"),
    [
        ("", ()),
        (" , ", ()),
        ("forms=2.1", (("forms", "2.1"),)),
        ("forms=2.1, greeter=1.0", (("forms", "2.1"), ("greeter", "1.0"))),
        ("forms = 2.1\ngreeter=1.0;forms=2.1", (("forms", "2.1"), ("greeter", "1.0"))),
        ("forms=2.1 b", (("forms", "2.1 b"),)),
        ("forms=2=1", (("forms", "2=1"),)),
    ],
)
def test_needs_are_read_as_people_write_them(text: str, builds: tuple[Build, ...]) -> None:
    assert read_needs(text) == builds


@pytest.mark.parametrize("text", ["forms", "=2.1", "forms=", "forms=2.1, greeter"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="write service=version"):
        read_needs(text)


def test_a_way_back_is_found_however_long() -> None:
    assert circle(A, [B], {B: [A]}) == (B, A)
    assert circle(A, [B], {B: [C], C: [A]}) == (B, C, A)


def test_a_fork_that_meets_again_is_no_circle() -> None:
    assert circle(A, [B, C], {B: [C], C: [("d", "1")]}) == ()


def test_a_circle_of_others_is_not_ours_and_is_left() -> None:
    assert circle(A, [B], {B: [C], C: [B]}) == ()


def test_another_version_is_another_thing() -> None:
    assert circle(A, [B], {B: [("a", "0")]}) == ()
