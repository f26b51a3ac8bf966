"""Everything that differs between installations, read from the environment once."""

import hmac
import re
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from db import dsn
from engine.lookup import Mode
from server.mail.settings import MailSettings
from server.oauth.settings import ProviderSettings
from server.strength import is_default, weakness

_ORIGIN: Final = re.compile(r"https?://[^/*\s]+")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DatabaseSettings(BaseSettings):
    """What a migration needs to know: nothing but where the database is."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    migration_database_url: SecretStr | None = None

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(dsn.normal(value.get_secret_value()))

    @property
    def owner_url(self) -> str:
        """The address that migrations use: the owner's, or the application's where there is only one."""
        return (self.migration_database_url or self.database_url).get_secret_value()


class Settings(ProviderSettings, MailSettings, DatabaseSettings):
    """One attribute an environment variable of the same name in capitals; README lists them."""

    environment: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    redis_url: SecretStr
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    # `kid:secret` pairs, comma-separated; the first signs, all of them verify.
    signing_keys: SecretStr
    # The same for what is sealed in the database: the first seals, all of them open.
    encryption_keys: SecretStr | None = None
    # The domain that passkeys are for, and the pages that may ask for them.
    webauthn_rp_id: str | None = None
    webauthn_origins: Annotated[tuple[str, ...], NoDecode] = ()
    issuer: str = "plaza"
    audience: str = "plaza"
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    forwarded_allow_ips: str = "127.0.0.1"
    trusted_documents: Mode = Mode.OPEN
    # Seconds in which two processes may disagree on what is trusted.
    trusted_documents_refresh: float = Field(default=2.0, gt=0, le=3600)
    # Lets a compiler register operations outside of production.
    operations_token: SecretStr | None = None
    log_level: str = "INFO"
    introspection: bool | None = None
    graphiql: bool | None = None
    docs: bool | None = None
    # Whether the network is the demonstration's, so that everybody may know its account.
    demo_login: bool = False
    # Statements that take longer are logged; 0 logs none.
    slow_statement_ms: Annotated[int, Field(ge=0)] = 100
    # Each process listens on a port of its own, this one or one of the `workers - 1` that follow it.
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"
    metrics_token: SecretStr | None = None
    otel_exporter_otlp_endpoint: str | None = None
    traces_sample_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    sentry_dsn: SecretStr | None = None

    @field_validator(
        "encryption_keys",
        "webauthn_rp_id",
        "introspection",
        "graphiql",
        "docs",
        "demo_login",
        "metrics_port",
        "metrics_token",
        "operations_token",
        "otel_exporter_otlp_endpoint",
        "sentry_dsn",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object, info: ValidationInfo) -> object:
        return cls.model_fields[str(info.field_name)].default if value == "" else value

    @field_validator("cors_origins", "webauthn_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"CORS_ORIGINS: {origin} is no origin such as https://example.org.")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_of_redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("A Redis address starts with redis://, rediss:// or unix://.")
        return value

    @model_validator(mode="after")
    def _keys_are_strong(self) -> "Settings":
        if not self.keys:
            raise ValueError("SIGNING_KEYS: name at least one kid:secret pair.")
        if any(len(secret) < 32 for secret in self.keys.values()):
            raise ValueError("SIGNING_KEYS: every secret needs at least 32 bytes.")
        return self

    @model_validator(mode="after")
    def _secrets_are_strong(self) -> "Settings":
        for name, secrets in self._secrets().items() if self.is_production else ():
            for problem in filter(None, map(weakness, secrets)):
                raise ValueError(f"{name}: production takes no secret that {problem}; draw one at random.")
        return self

    @model_validator(mode="after")
    def _sealing_keys_are_strong(self) -> "Settings":
        if self.encryption_keys is None and self.is_production:
            raise ValueError("ENCRYPTION_KEYS: name at least one kid:secret pair; production derives none.")
        if not self.vault_keys or any(len(secret) < 32 for secret in self.vault_keys.values()):
            raise ValueError("ENCRYPTION_KEYS: every pair needs a secret of at least 32 bytes.")
        if self.is_production and not set(self.vault_keys.values()).isdisjoint(self.keys.values()):
            raise ValueError("ENCRYPTION_KEYS: production seals with no secret that is one of SIGNING_KEYS.")
        return self

    @model_validator(mode="after")
    def _metrics_are_whole(self) -> "Settings":
        if self.metrics_token is not None and self.metrics_port is None and self.workers > 1:
            raise ValueError(
                "METRICS_TOKEN: with several WORKERS /metrics would tell of one of them at random; "
                "set METRICS_PORT as well, and scrape the port of each."
            )
        return self

    @model_validator(mode="after")
    def _demo_is_for_development(self) -> "Settings":
        if self.demo_login and self.is_production:
            raise ValueError("DEMO_LOGIN: production tells nobody a password; leave it out, or set it to false.")
        return self

    @model_validator(mode="after")
    def _providers_are_safe(self) -> "Settings":
        self.refuse_unsafe(in_production=self.is_production)
        return self

    @model_validator(mode="after")
    def _mail_of_production_is_whole(self) -> "Settings":
        if self.is_production and self.smtp_url is not None:
            missing = {"MAIL_FROM", "ACCOUNT_URL"} - {name.upper() for name in self.model_fields_set}
            if missing or not str(self.account_url).startswith("https://"):
                raise ValueError("SMTP_URL: letters of production need MAIL_FROM, and an ACCOUNT_URL with https.")
        return self

    @model_validator(mode="after")
    def _stores_have_passwords_of_their_own(self) -> "Settings":
        urls = {
            "DATABASE_URL": self.database_url,
            "MIGRATION_DATABASE_URL": self.migration_database_url,
            "REDIS_URL": self.redis_url,
        }
        for name, url in urls.items() if self.is_production else ():
            found = urlsplit(url.get_secret_value()) if url else None
            if found and found.password is not None and is_default(found.password, user=found.username or ""):
                raise ValueError(f"{name}: production takes no password that everybody tries first.")
        return self

    def _secrets(self) -> dict[str, list[str]]:
        """What opens something to whoever guesses it, by the variable's name."""
        single = {
            "OPERATIONS_TOKEN": self.operations_token,
            "METRICS_TOKEN": self.metrics_token,
            "GOOGLE_CLIENT_SECRET": self.google_client_secret,
            "GITHUB_CLIENT_SECRET": self.github_client_secret,
        }
        return {
            "SIGNING_KEYS": [secret.decode() for secret in self.keys.values()],
            "ENCRYPTION_KEYS": [secret.decode() for secret in _keyring(self.encryption_keys).values()],
            **{name: [secret.get_secret_value()] for name, secret in single.items() if secret},
        }

    @cached_property
    def keys(self) -> dict[str, bytes]:
        """Secrets by key id, the signing one first."""
        return _keyring(self.signing_keys)

    @cached_property
    def vault_keys(self) -> dict[str, bytes]:
        """The same for what is sealed in the database; derived from `keys` where nothing else is set."""
        if self.encryption_keys is not None:
            return _keyring(self.encryption_keys)
        return {kid: hmac.digest(secret, b"plaza encryption keys", "sha256") for kid, secret in self.keys.items()}

    @field_validator("operations_token")
    @classmethod
    def _token_is_strong(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("OPERATIONS_TOKEN: it needs at least 32 characters.")
        return value

    @property
    def has_metrics(self) -> bool:
        return self.metrics_port is not None or self.metrics_token is not None

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def public_origin(self) -> str:
        """Where browsers find us; on a developer's machine that is known without being said."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def passkey_domain(self) -> str:
        """As set, else that of our own address: passkeys are for whatever site people see."""
        return self.webauthn_rp_id or urlsplit(self.public_origin).hostname or "localhost"

    @property
    def passkey_origins(self) -> tuple[str, ...]:
        """As set, else our own address; none on a developer's machine, where every port will do."""
        return self.webauthn_origins or ((self.public_url,) if self.public_url else ())

    @property
    def tells_schema(self) -> bool:
        """Whether whoever asks may have the schema: as set, else in development only."""
        return self._in_development_unless_set(self.introspection)

    @property
    def has_mailbox(self) -> bool:
        """Whether letters are kept for a developer to read."""
        return not self.is_production and self.smtp_url is None

    @property
    def has_graphiql(self) -> bool:
        return self._in_development_unless_set(self.graphiql)

    @property
    def has_docs(self) -> bool:
        """The pages tell the whole schema, and what operators do."""
        return self._in_development_unless_set(self.docs)

    def _in_development_unless_set(self, switch: bool | None) -> bool:
        return not self.is_production if switch is None else switch


def _keyring(pairs: SecretStr | None) -> dict[str, bytes]:
    split = (pair.partition(":") for pair in (pairs.get_secret_value() if pairs else "").split(",") if pair)
    return {kid.strip(): secret.strip().encode() for kid, _, secret in split}


VERSION = version("plaza")
