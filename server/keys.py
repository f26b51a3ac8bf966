"""Changing the signing keys in three steps, none of which signs anybody out.

First every process learns the new key, then it signs, then the old one is forgotten. A process that knows both
reads what either signed, so each step may reach the processes one after the other.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from server.environment import given
from server.mistakes import UserMistake

# What we call keys: by their moment, so that it can be told which is newest.
_OURS: Final = re.compile(r"k\d{14}")
_LEARN: Final = (
    "Step 1 of 3: every process learns {new}; {old} still signs. Restart them all, then run this again."
)
_SIGN: Final = (
    "Step 2 of 3: {new} signs; what {old} signed is still read. Restart them all, wait 11 minutes, run this again."
)
_FORGET: Final = "Step 3 of 3: {new} alone. Restart them all; {old} opens nothing any more."


@dataclass(frozen=True, slots=True)
class Step:
    """The next value of SIGNING_KEYS, and what it does."""

    value: str
    said: str


def rotated(keys: Mapping[str, str]) -> Step:
    """The step after these keys, secrets by key id, the signing one first."""
    if not keys:
        raise UserMistake("SIGNING_KEYS is not set.")
    signing, newest = next(iter(keys)), max(filter(_OURS.fullmatch, keys), default="")
    old = ", ".join(kid for kid in keys if kid != newest)
    if newest and newest != signing:
        return Step(_value({newest: keys[newest], **keys}), _SIGN.format(new=newest, old=old))
    if newest and len(keys) > 1:
        return Step(_value({newest: keys[newest]}), _FORGET.format(new=newest, old=old))
    made = f"k{datetime.now(UTC):%Y%m%d%H%M%S}"
    said = _LEARN.format(new=made, old=", ".join(keys))
    return Step(_value({**keys, made: secrets.token_urlsafe(32)}), said)


def current() -> dict[str, str]:
    """The keys that are set: in the environment, or else in a file `.env`."""
    return read(given().get("SIGNING_KEYS") or "")


def read(value: str) -> dict[str, str]:
    """Secrets by key id. Raises `UserMistake` for what is no list of keys."""
    pairs = [pair.strip().partition(":") for pair in value.split(",") if pair.strip()]
    if any(not kid or not secret for kid, _, secret in pairs):
        raise UserMistake("SIGNING_KEYS: name kid:secret pairs, separated by commas.")
    return {kid: secret for kid, _, secret in pairs}


def _value(keys: Mapping[str, str]) -> str:
    return ",".join(f"{kid}:{secret}" for kid, secret in keys.items())
