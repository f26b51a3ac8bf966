"""Codes of authenticator apps (RFC 6238): six digits of every thirty seconds."""

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

STEP: Final = 30
_ISSUER: Final = "Plaza"
_CODE: Final = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """160 random bits (RFC 4226 §4) as 32 letters of Base32, which a person can type as well."""
    return pyotp.random_base32()


def uri(secret: str, username: str) -> str:
    """What the QR code holds that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code it is: this one, or the one before or after, for clocks differ and people are slow."""
    code = "".join(code.split())
    if not _CODE.fullmatch(code):
        return None
    this = int(now.timestamp()) // STEP
    matches = [step for step in (this - 1, this, this + 1) if hmac.compare_digest(code_at(secret, step), code)]
    return matches[-1] if matches else None


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)
