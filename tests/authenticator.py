"""An authenticator in software: what a browser would answer, signed with a key of its own."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:8000"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey; change its fields to have it lie."""

    rp_id: str = "localhost"
    origin: str = ORIGIN
    is_verified: bool = True
    # What it adds to its count of uses: most passkeys count nothing and stay at 0.
    step: int = 0
    sign_count: int = 0
    user_handle: str | None = None
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """The answer to what `navigator.credentials.create` was asked with."""
        asked = json.loads(options)
        self.user_handle = asked["user"]["id"]
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + self._public_key()
        data = self._authenticator_data(_ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=_text(client_data), attestationObject=_text(statement))

    def show(self, options: str) -> str:
        """The answer to what `navigator.credentials.get` was asked with."""
        self.sign_count += self.step
        client_data = self._client_data("webauthn.get", json.loads(options)["challenge"])
        data = self._authenticator_data()
        signed = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=_text(client_data),
            authenticatorData=_text(data),
            signature=_text(signed),
            userHandle=self.user_handle,
        )

    def _answer(self, **response: Any) -> str:
        own = _text(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator_data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.is_verified else 0)
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
