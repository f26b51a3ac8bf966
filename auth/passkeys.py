"""Passkeys (WebAuthn): what a browser is asked, and whether what it answers is right."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

Json: TypeAlias = dict[str, Any]

TIMEOUT: Final = 5 * 60
"""Seconds that a browser lets the person take."""
_NAME: Final = "Plaza"
_LOCAL: Final = re.compile(r"http://localhost(:\d+)?")


class InvalidPasskey(Exception):
    """Not what was asked for, not for us, or not signed by the key it claims."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A credential that a browser has made, with the public half of its key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential that was used rightly; a `sign_count` above 0 grows with each use."""

    sign_count: int
    is_backed_up: bool


class RelyingParty:
    """The site that passkeys are for: `id` is its domain, `origins` the pages that may ask for them.

    Without origins it is a developer's: any port of `http://localhost`.
    """

    def __init__(self, id: str, origins: Collection[str] = ()) -> None:
        self._id, self._origins = id, frozenset(origins)

    def creation_options(self, challenge: str, *, user_id: int, username: str, existing: Sequence[bytes]) -> str:
        """For `navigator.credentials.create`: a passkey that needs no username, and is unlocked for each use."""
        options = webauthn.generate_registration_options(
            rp_id=self._id,
            rp_name=_NAME,
            user_id=user_handle(user_id),
            user_name=username,
            challenge=base64url_to_bytes(challenge),
            timeout=TIMEOUT * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in existing],
        )
        return options_to_json(options)

    def request_options(self, challenge: str) -> str:
        """For `navigator.credentials.get`: whichever passkey the person picks."""
        options = webauthn.generate_authentication_options(
            rp_id=self._id,
            challenge=base64url_to_bytes(challenge),
            timeout=TIMEOUT * 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def made(self, credential: Json, challenge: str) -> NewPasskey:
        """Raises `InvalidPasskey`."""
        try:
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._id,
                expected_origin=self._origin(credential),
                require_user_verification=True,
            )
        except Exception as error:  # a stranger's bytes: the library may stumble over them in any way
            raise InvalidPasskey from error
        return NewPasskey(
            made.credential_id, made.credential_public_key, made.sign_count, made.credential_backed_up
        )

    def shown(self, credential: Json, challenge: str, *, public_key: bytes, user_id: int) -> Shown:
        """Raises `InvalidPasskey`. Whether the sign count has grown is for whoever knows the last one to see."""
        try:
            shown = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._id,
                expected_origin=self._origin(credential),
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            handle = credential["response"].get("userHandle")
        except Exception as error:  # as above
            raise InvalidPasskey from error
        if handle is not None and base64url_to_bytes(handle) != user_handle(user_id):
            raise InvalidPasskey
        return Shown(shown.new_sign_count, shown.credential_backed_up)

    def _origin(self, credential: Json) -> list[str]:
        """The origin that the answer claims, if it is one of ours; else none."""
        claimed = str(_client_data(credential).get("origin"))
        is_ours = claimed in self._origins if self._origins else _LOCAL.fullmatch(claimed) is not None
        return [claimed] if is_ours else []


def read(answer: str) -> Json:
    """What a browser answered, as the JSON of `credential.toJSON()`. Raises `InvalidPasskey`."""
    try:
        credential = json.loads(answer)
    except (ValueError, RecursionError):
        raise InvalidPasskey from None
    if not isinstance(credential, dict):
        raise InvalidPasskey
    return credential


def challenge_in(credential: Json) -> str:
    """The challenge that a browser says it answers. Raises `InvalidPasskey`."""
    challenge = _client_data(credential).get("challenge")
    if not isinstance(challenge, str):
        raise InvalidPasskey
    return challenge


def id_of(credential: Json) -> bytes:
    """Raises `InvalidPasskey`."""
    try:
        return base64url_to_bytes(credential["rawId"])
    except (KeyError, TypeError, ValueError):
        raise InvalidPasskey from None


def user_handle(user_id: int) -> bytes:
    return str(user_id).encode()


def _client_data(credential: Json) -> Json:
    try:
        data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    except (KeyError, TypeError, ValueError):
        raise InvalidPasskey from None
    if not isinstance(data, dict):
        raise InvalidPasskey
    return data
