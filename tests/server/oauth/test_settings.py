"""Settings of providers: all of one or none of it, and nothing unsafe in production."""

import pytest

from server.oauth.settings import ProviderSettings

GOOGLE = {"google_client_id": "id", "google_client_secret": "secret"}


def settings(**given: object) -> ProviderSettings:
    return ProviderSettings(**given)  # type: ignore[arg-type] # as the environment gives them


def test_a_provider_without_its_settings_does_not_exist() -> None:
    assert settings().provider_names == []
    assert settings(**GOOGLE).provider_names == ["GOOGLE"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"google_client_id": "id"}, "GOOGLE: set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET together"),
        ({"demo_providers": True}, "DEMO_PROVIDERS: in production"),
        ({"google_issuer": "http://localhost:1"}, "GOOGLE_ISSUER: production speaks"),
        ({"public_url": "http://api.example.org"}, "PUBLIC_URL: in production"),
        (GOOGLE, "PUBLIC_URL: providers need to know"),
        ({"return_urls": "http://app.example.org/back"}, "RETURN_URLS: http://app.example.org/back is no https"),
        ({"return_urls": "http://localhost:3000/back"}, "RETURN_URLS: http://localhost:3000/back is no https"),
        ({"return_urls": "javascript:alert(1)"}, "RETURN_URLS: javascript"),
        ({"return_urls": "https://app@evil.example/back"}, "RETURN_URLS: https://app@evil"),
    ],
)
def test_production_refuses_what_is_unsafe(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        settings(**given).refuse_unsafe(in_production=True)


def test_production_takes_https_and_an_apps_own_scheme() -> None:
    listed = ("https://app.example.org/back", "org.example.app:/back")
    good = settings(**GOOGLE, public_url="https://api.example.org", return_urls=listed)
    good.refuse_unsafe(in_production=True)
    assert [good.may_return_to(url, in_production=True) for url in listed] == [True, True]


def test_localhost_is_welcome_in_development_alone() -> None:
    url = "http://localhost:3000/back"
    assert settings().may_return_to(url, in_production=False)
    assert not settings().may_return_to(url, in_production=True)
    assert not settings().may_return_to("http://localhost.evil.example/back", in_production=False)
    assert not settings().may_return_to("http://localhost:3000@evil.example/", in_production=False)


@pytest.mark.parametrize("key", ["geheim", "-----BEGIN PRIVATE KEY-----\\ngeheim\\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_of_apples_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="APPLE_PRIVATE_KEY: it is the"):
        settings(apple_private_key=key)
