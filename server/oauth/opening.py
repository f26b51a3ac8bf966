"""The providers that the settings name, ready to be spoken to."""

from collections.abc import Callable, Mapping
from typing import Final

from auth.providers import apple, google
from auth.providers.apple import Apple, AppleKey
from auth.providers.github import PLACES, GitHub, Places
from auth.providers.google import Google
from auth.providers.line import Line, Transport
from auth.providers.openid import Endpoints
from auth.providers.registry import Providers, Voucher
from db.models import Provider
from server.settings import Settings

_Open = Callable[[Settings, Line, str], Voucher]


def open_providers(settings: Settings) -> Providers:
    transport = Transport()
    return Providers(
        transport,
        {
            provider: make(settings, Line(transport), redirect_uri(settings, provider))
            for provider, make in _MAKERS.items()
            if settings.has_provider(provider)
        },
    )


def redirect_uri(settings: Settings, provider: Provider) -> str:
    """Where the provider sends people back to: one exact address, no other's."""
    return f"{settings.public_origin}/auth/{provider.lower()}/callback"


def _google(settings: Settings, line: Line, back: str) -> Voucher:
    endpoints = Endpoints.below(settings.google_issuer) if settings.google_issuer else google.ENDPOINTS
    secret = settings.google_client_secret.get_secret_value()
    return Google(line, settings.google_client_id, secret, endpoints, back)


def _apple(settings: Settings, line: Line, back: str) -> Voucher:
    endpoints = Endpoints.below(settings.apple_issuer) if settings.apple_issuer else apple.ENDPOINTS
    key = AppleKey(settings.apple_team_id, settings.apple_key_id, settings.apple_private_key.get_secret_value())
    return Apple(line, settings.apple_client_id, key, endpoints, back)


def _github(settings: Settings, line: Line, back: str) -> Voucher:
    places = Places.below(settings.github_issuer) if settings.github_issuer else PLACES
    secret = settings.github_client_secret.get_secret_value()
    return GitHub(line, settings.github_client_id, secret, places, back)


_MAKERS: Final[Mapping[Provider, _Open]] = {
    Provider.GOOGLE: _google,
    Provider.APPLE: _apple,
    Provider.GITHUB: _github,
}
