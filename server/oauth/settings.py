"""What an installation says of the providers that its people may sign in by."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

_ORIGIN: Final = re.compile(r"(https?)://[A-Za-z0-9.-]+(:[0-9]+)?|(https?)://\[[0-9a-f:]+\](:[0-9]+)?")
_LOOPBACK: Final = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^#\s]*)?")
_APP: Final = re.compile(
    r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[^#\s]*"
)  # RFC 8252 §7.1: the name of a domain, reversed
_PROVIDERS: Final = {
    "GOOGLE": ("google_client_id", "google_client_secret"),
    "GITHUB": ("github_client_id", "github_client_secret"),
    "APPLE": ("apple_client_id", "apple_team_id", "apple_key_id", "apple_private_key"),
}
_ISSUERS: Final = ("google_issuer", "apple_issuer", "github_issuer")


class ProviderSettings(BaseSettings):
    """A provider all of whose settings are empty does not exist."""

    # Our own origin as browsers know it, which redirect addresses are made of.
    public_url: str | None = None
    # Front ends' addresses to which codes may be taken, exactly as they are; localhost's any in development.
    return_urls: Annotated[tuple[str, ...], NoDecode] = ()
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_issuer: str = ""
    github_client_id: str = ""
    github_client_secret: SecretStr = SecretStr("")
    github_issuer: str = ""
    apple_client_id: str = ""
    apple_team_id: str = ""
    apple_key_id: str = ""
    # PEM; line breaks may be written as \n.
    apple_private_key: SecretStr = SecretStr("")
    apple_issuer: str = ""
    # Whether the providers are the demonstration's own, at which nobody needs an account.
    demo_providers: bool = Field(default=False)

    @field_validator("public_url", mode="before")
    @classmethod
    def _empty_url_is_unset(cls, value: object) -> object:
        return value or None

    @field_validator("demo_providers", mode="before")
    @classmethod
    def _empty_switch_is_off(cls, value: object) -> object:
        return False if value == "" else value

    @field_validator("return_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is not None and not _ORIGIN.fullmatch(value):
            raise ValueError("PUBLIC_URL: write an origin such as https://api.example.org, without a path.")
        return value

    @field_validator("apple_private_key")
    @classmethod
    def _is_apples(cls, value: SecretStr) -> SecretStr:
        pem = value.get_secret_value().replace("\\n", "\n")
        if pem and not _is_es256(pem):
            raise ValueError("APPLE_PRIVATE_KEY: it is the .p8 file's text, a private key for ES256 in PEM.")
        return SecretStr(pem)

    @property
    def provider_names(self) -> list[str]:
        return [name for name in _PROVIDERS if self.has_provider(name)]

    def has_provider(self, name: str) -> bool:
        return all(self._given(name))

    def may_return_to(self, url: str, *, in_production: bool) -> bool:
        """Whether codes may be taken to that address."""
        return url in self.return_urls or (not in_production and _LOOPBACK.fullmatch(url) is not None)

    def refuse_unsafe(self, *, in_production: bool) -> None:
        """Raises `ValueError` for what would make signing in unsafe, or half of it impossible."""
        for name, fields in _PROVIDERS.items():
            if any(self._given(name)) and not self.has_provider(name):
                raise ValueError(f"{name}: set {', '.join(map(str.upper, fields))} together, or none of them.")
        for url in self.return_urls:
            if not _is_return(url, in_production=in_production):
                raise ValueError(f"RETURN_URLS: {url} is no https address of a front end, nor an app's own.")
        if in_production:
            self._refuse_in_production()

    def _refuse_in_production(self) -> None:
        if self.demo_providers:
            raise ValueError("DEMO_PROVIDERS: in production nobody vouches for everybody; leave it out.")
        for field in _ISSUERS:
            if not (getattr(self, field) or "https://").startswith("https://"):
                raise ValueError(f"{field.upper()}: production speaks to providers over https only.")
        if self.public_url is not None and not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL: in production it begins with https://.")
        if self.public_url is None and self.provider_names:
            raise ValueError("PUBLIC_URL: providers need to know where they send people back to.")

    def _given(self, name: str) -> list[str]:
        values = [getattr(self, field) for field in _PROVIDERS[name]]
        return [value.get_secret_value() if isinstance(value, SecretStr) else value for value in values]


def _is_return(url: str, *, in_production: bool) -> bool:
    if _APP.fullmatch(url):
        return True
    parts = urlsplit(url)
    is_web = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and "#" not in url
    return is_web or (not in_production and _LOOPBACK.fullmatch(url) is not None)


def _is_es256(pem: str) -> bool:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
