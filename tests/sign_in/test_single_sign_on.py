"""People come through an OpenID Connect provider; who is unknown, forged or has left stays out (R27)."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa

from slipway.platform.home import PROJECT
from tests.running_platform import RunningPlatform
from tests.sign_in.provider import CLIENT_ID, CLIENT_SECRET, Provider, serve

pytestmark = pytest.mark.e2e
SUBJECTS = {
    "rita": "sub-of-rita",
    "sam": "sub-of-sam",
    "mona": "sub-of-mona",
    "greta": "sub-of-greta",
    "audrey": "sub-of-audrey",
}
OUR_PAGE = {"x-requested-with": "slipway"}
"""As pages of this server send it with every change."""


class SignedInElsewhere(RunningPlatform):
    """A platform whose people come through a provider."""

    issuer = ""

    def variables(self) -> dict[str, str]:
        """The settings that differ from those of every platform."""
        return {
            **super().variables(),
            "SLIPWAY_OIDC_ISSUER": self.issuer,
            "SLIPWAY_OIDC_CLIENT_ID": CLIENT_ID,
            "SLIPWAY_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with serve() as serving:
        yield serving


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[SignedInElsewhere]:
    root = tmp_path_factory.mktemp("signed in")
    catalogue = root / "catalogue"
    shutil.copytree(PROJECT / "include" / "catalogue", catalogue)
    with_subjects(catalogue, SUBJECTS)
    running = SignedInElsewhere(root, catalogue=catalogue)
    running.issuer = provider.issuer
    try:
        running.start()
        yield running
    finally:
        running.stop()


def with_subjects(catalogue: Path, subjects: Mapping[str, str | None]) -> None:
    """Writes these subjects into people.yaml."""
    file = catalogue / "people.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    for person, subject in subjects.items():
        document["people"][person]["subject"] = subject
    file.write_text(yaml.safe_dump(document), encoding="utf-8")


@contextmanager
def come(platform: RunningPlatform, provider: Provider, subject: str) -> Iterator[httpx.Client]:
    """A browser that went through the provider as this subject, wherever that led it."""
    provider.subject = subject
    with httpx.Client(base_url=platform.base_url, follow_redirects=True, timeout=60) as browser:
        browser.get("/auth/login/organisation")
        yield browser


def signed_in_as(browser: httpx.Client) -> str | None:
    """Whom the platform takes the browser for."""
    answer = browser.get("/slipway/api/me")
    return str(answer.json()["person"]) if answer.is_success else None


def known_as(platform: RunningPlatform, provider: Provider, subject: str) -> str | None:
    """Whom the platform takes this subject for."""
    with come(platform, provider, subject) as browser:
        return signed_in_as(browser)


def expiry(token: str) -> int:
    """When a token ends, in seconds since the epoch."""
    return int(jwt.decode(token, options={"verify_signature": False})["exp"])


def log_of(platform: RunningPlatform, provider: Provider, kind: str) -> list[dict[str, object]]:
    """Entries of a kind, as an auditor reads them."""
    with come(platform, provider, SUBJECTS["audrey"]) as auditor:
        found: list[dict[str, object]] = auditor.get("/slipway/api/log", params={"kind": kind}).json()
    return found


def test_a_person_is_who_the_provider_says(platform: RunningPlatform, provider: Provider) -> None:
    with come(platform, provider, SUBJECTS["rita"]) as browser:
        assert signed_in_as(browser) == "rita"
    assert {"sub-of-rita"} == {
        entry["payload"]["subject"]  # type: ignore[index]
        for entry in log_of(platform, provider, "signed_in")
        if entry["actor"] == "rita"
    }


def test_the_sign_in_page_has_no_password(platform: RunningPlatform) -> None:
    page = httpx.get(f"{platform.base_url}/auth/login/", timeout=60).text
    assert "organisation" in page
    assert 'type="password"' not in page


def test_a_stranger_stays_out_and_is_in_the_log(platform: RunningPlatform, provider: Provider) -> None:
    with come(platform, provider, "sub-of-nobody") as browser:
        assert signed_in_as(browser) is None
    refused = log_of(platform, provider, "sign_in_refused")
    assert [entry["payload"] for entry in refused] == [{"subject": "sub-of-nobody"}]


@pytest.mark.parametrize(
    "forged", [{"aud": "somebody-else"}, {"iss": "http://elsewhere"}, {"nonce": "made up"}, {"exp": 1}], ids=str
)
def test_a_token_that_is_not_for_us_opens_nothing(
    platform: RunningPlatform, provider: Provider, forged: dict[str, object]
) -> None:
    provider.changed_claims = forged
    try:
        with come(platform, provider, SUBJECTS["rita"]) as browser:
            assert signed_in_as(browser) is None
    finally:
        provider.changed_claims = {}


def test_a_token_signed_by_somebody_else_opens_nothing(platform: RunningPlatform, provider: Provider) -> None:
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    try:
        with come(platform, provider, SUBJECTS["rita"]) as browser:
            assert signed_in_as(browser) is None
    finally:
        provider.signs_with = provider.key


def test_passwords_are_for_machines(platform: RunningPlatform) -> None:
    for account, status in (("rita", 400), ("platform", 201)):
        body = {"username": account, "password": platform.secrets.password_of(account)}
        answer = httpx.post(f"{platform.base_url}/auth/token", json=body, timeout=60)
        assert answer.status_code == status, answer.text
    refused = httpx.post(
        f"{platform.base_url}/auth/token", json={"username": "rita", "password": "guessed"}, timeout=60
    )
    assert "people sign in through" in refused.text


def test_the_command_line_gets_a_token_for_an_hour(platform: RunningPlatform, provider: Provider) -> None:
    with come(platform, provider, SUBJECTS["sam"]) as browser:
        page = browser.get("/slipway/token")
    assert page.headers["cache-control"] == "no-store"
    answer = httpx.get(
        f"{platform.base_url}/slipway/api/me", headers={"authorization": f"Bearer {page.text.strip()}"}, timeout=60
    )
    assert answer.json() == {"person": "sam"}
    given = log_of(platform, provider, "token_given")
    assert [entry["actor"] for entry in given] == ["sam"]
    assert 0 < int(given[0]["payload"]["seconds"]) <= 3600  # type: ignore[index]


def test_a_token_never_outlives_the_one_it_was_asked_with(platform: RunningPlatform, provider: Provider) -> None:
    with come(platform, provider, SUBJECTS["sam"]) as browser:
        first = browser.get("/slipway/token").text.strip()
    bearer = {"authorization": f"Bearer {first}"}
    second = httpx.get(f"{platform.base_url}/slipway/token", headers=bearer, timeout=60).text.strip()
    assert expiry(second) <= expiry(first)


def test_who_left_is_out_as_soon_as_two_people_say_so(platform: SignedInElsewhere, provider: Provider) -> None:
    assert known_as(platform, provider, SUBJECTS["mona"]) == "mona"
    with_subjects(platform.catalogue, {"mona": None})
    policy = "/slipway/api/policy"
    with come(platform, provider, SUBJECTS["rita"]) as rita:
        proposed = rita.post(f"{policy}/proposals", headers=OUR_PAGE).raise_for_status().json()
    with come(platform, provider, SUBJECTS["greta"]) as greta:
        body = {"digest": proposed["digest"], "reason": "Mona has left."}
        greta.post(f"{policy}/activations", json=body, headers=OUR_PAGE).raise_for_status()
    assert known_as(platform, provider, SUBJECTS["mona"]) is None
