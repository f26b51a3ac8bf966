"""What one browser's way to a provider and back is known by."""

import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256

from auth.secrets import new_secret


@dataclass(frozen=True, slots=True)
class Trip:
    """The state, the PKCE verifier and the nonce of one way.

    The last two are derived from the browser's own secret, so that whoever reads our tables knows neither.
    """

    state: str
    verifier: str
    nonce: str

    @classmethod
    def begin(cls, browser: str) -> "Trip":
        return cls.of(browser, new_secret())

    @classmethod
    def of(cls, browser: str, state: str) -> "Trip":
        return cls(state, _derived(browser, f"verifier {state}"), _derived(browser, f"nonce {state}"))


def challenge_of(verifier: str) -> str:
    """PKCE's S256 (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _derived(browser: str, use: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(browser.encode(), use.encode(), "sha256")).decode().rstrip("=")
