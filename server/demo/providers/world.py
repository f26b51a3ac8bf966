"""What the demonstration's providers know: who may ask, whom they vouch for, and how they fail on request."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from hashlib import sha256
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm

CLIENT: Final = "plaza-demo"
SECRET: Final = "nothing secret about this one"  # noqa: S105 - everybody may know it
TEAM: Final = "DEMOTEAM00"
KEY_ID: Final = "DEMOKEY000"


class Fault(StrEnum):
    """What a provider does wrong, until told otherwise."""

    SLOW = auto()
    BROKEN = auto()
    REDIRECTS = auto()
    HUGE = auto()
    PACKED = auto()
    NO_JSON = auto()
    ERROR_IN_BODY = auto()
    NO_KEYS = auto()
    FROZEN_KEYS = auto()
    WRONG_NONCE = auto()
    WRONG_KEY = auto()
    WRONG_ISSUER = auto()
    WRONG_AUDIENCE = auto()
    WRONG_PARTY = auto()
    NO_KEY_NAMED = auto()
    ENDLESS_TOKEN = auto()
    OF_NOBODY = auto()
    UNSIGNED = auto()
    SIGNED_WITH_PUBLIC_KEY = auto()
    RUN_OUT = auto()
    CALLS_ITSELF_ANOTHER = auto()
    FEWER_SCOPES = auto()
    OTHER_KIND_OF_TOKEN = auto()
    NO_NUMBER = auto()


@dataclass(frozen=True)
class Person:
    """Somebody with an account at every provider; `hosted` names the company whose mail it is."""

    number: int
    name: str
    email: str
    is_verified: bool = True
    hosted: str | None = None


PEOPLE: Final = (
    Person(1001, "Ada Example", "ada.example@gmail.com"),
    Person(1002, "Grace Sample", "grace@sample.example", hosted="sample.example"),
    Person(1003, "Edsger Muster", "edsger@muster.example"),
)


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    person: Person
    asked: Mapping[str, str]


@dataclass
class World:
    """`origin` is where the providers answer, `client_origin` whose people they serve."""

    origin: str
    client_origin: str
    people: list[Person] = field(default_factory=lambda: list(PEOPLE))
    fault: Fault | None = None
    grants: dict[str, Grant] = field(default_factory=dict)
    # Whom Apple has told our names of, which it does once.
    introduced: set[int] = field(default_factory=set)
    # Apple's refresh tokens that are good, and whose they are.
    consents: dict[str, Person] = field(default_factory=dict)
    apple_key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    keys: list["SigningKey"] = field(default_factory=lambda: [SigningKey.make()])
    # What stands where the keys should, if it is anything else; and what is said of how long they are good.
    shown_for_keys: Any = None
    keys_last: str = "max-age=3600"
    key_fetches: int = 0

    def redirect_uri(self, provider: str) -> str:
        return f"{self.client_origin}/auth/{provider}/callback"

    def grant(self, person: Person, asked: Mapping[str, str]) -> str:
        """A code, good once."""
        code = secrets.token_urlsafe(24)
        self.grants[code] = Grant(person, asked)
        return code

    def consent(self, person: Person) -> str:
        """A refresh token of Apple's."""
        token = secrets.token_urlsafe(32)
        self.consents[token] = person
        return token

    def rotate(self) -> None:
        """Sign with another key, and show the one before no more."""
        self.keys = [SigningKey.make()]

    def settings(self) -> dict[str, str]:
        """What Plaza is told to have these providers, as environment variables."""
        pem = self.apple_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {
            "GOOGLE_CLIENT_ID": CLIENT,
            "GOOGLE_CLIENT_SECRET": SECRET,
            "GOOGLE_ISSUER": f"{self.origin}/google",
            "GITHUB_CLIENT_ID": CLIENT,
            "GITHUB_CLIENT_SECRET": SECRET,
            "GITHUB_ISSUER": f"{self.origin}/github",
            "APPLE_CLIENT_ID": CLIENT,
            "APPLE_TEAM_ID": TEAM,
            "APPLE_KEY_ID": KEY_ID,
            "APPLE_PRIVATE_KEY": pem.decode(),
            "APPLE_ISSUER": f"{self.origin}/apple",
        }


@dataclass(frozen=True)
class SigningKey:
    """One that ID tokens are signed with."""

    kid: str
    private: RSAPrivateKey

    @classmethod
    def make(cls) -> "SigningKey":
        return cls(secrets.token_hex(4), generate_rsa(public_exponent=65537, key_size=2048))

    @property
    def public(self) -> dict[str, Any]:
        shown = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**shown, "kid": self.kid, "use": "sig", "alg": "RS256"}

    def sign(self, claims: Mapping[str, Any], *, kid: str | None = None) -> str:
        return jwt.encode(dict(claims), self.private, "RS256", {"kid": kid or self.kid})


def pairwise(person: Person, provider: str) -> str:
    """Somebody's subject at a provider, which says nothing anywhere else."""
    return sha256(f"{provider} {person.number}".encode()).hexdigest()[:24]
