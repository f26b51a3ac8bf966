"""Second factors for the people of a network, and what is wanted of them: for documents that ask for such."""

import json
import time

import asyncpg

from auth import passkeys, totp
from auth.passkeys import RelyingParty
from auth.secrets import hash_of, new_secret
from auth.vault import Vault
from schema.nodes import global_id
from tests.authenticator import Authenticator
from tests.factories import VAULT_KEY

_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_PENDING = "INSERT INTO totps (user_id, sealed_secret) VALUES ($1, $2)"
_CONFIRMED = "INSERT INTO totps (user_id, sealed_secret, confirmed_at) VALUES ($1, $2, now())"
_HALF_SIGNED_IN = """
INSERT INTO challenges (hash, purpose, user_id, expires_at, details)
    VALUES ($1, 'SECOND_FACTOR', $2, now() + interval '5 minutes', $3::jsonb)
"""
_ASKED = """
INSERT INTO challenges (hash, purpose, user_id, expires_at) VALUES ($1, $2, $3, now() + interval '5 minutes')
"""
_PASSKEY = """
INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, name)
    VALUES ($1, $2, $3, 0, 'My telephone') RETURNING id
"""
_CHANGED_AT = "SELECT password_changed_at FROM credentials WHERE user_id = $1"


async def guard(connection: asyncpg.Connection, *, ada: int, bob: int) -> dict[str, str]:
    """Ada's authenticator app waits for its first code; Bob's guards his account, and a sign-in waits for it.

    Gives what documents call by name: `"@challenge"` of that sign-in, and the `"@totp_code"` of both apps.
    """
    challenge = new_secret()
    await connection.execute(_PENDING, ada, _sealed(ada))
    await connection.execute(_CONFIRMED, bob, _sealed(bob))
    changed_at = (await connection.fetchval(_CHANGED_AT, bob)).isoformat()
    half = {"method": "PASSWORD", "password_changed_at": changed_at, "takes_deletion_back": False}
    await connection.execute(_HALF_SIGNED_IN, hash_of(challenge), bob, json.dumps(half))
    # The next step's, which is good the longest.
    code = totp.code_at(_SECRET, int(time.time()) // totp.STEP + 1)
    return {"challenge": challenge, "totp_code": code, **await _passkeys(connection, ada=ada, bob=bob)}


async def _passkeys(connection: asyncpg.Connection, *, ada: int, bob: int) -> dict[str, str]:
    """What Ada's browser made when it was asked to, and the passkey of Bob that is shown to sign in."""
    hers, his, party = Authenticator(), Authenticator(), RelyingParty("localhost")
    adding, showing = new_secret(), new_secret()
    await connection.execute(_ASKED, hash_of(adding), "PASSKEY_ADD", ada)
    await connection.execute(_ASKED, hash_of(showing), "PASSKEY_SIGN_IN", None)
    options = party.creation_options(adding, user_id=bob, username="bob", existing=[])
    made = party.made(passkeys.read(his.make(options)), adding)
    passkey_id = await connection.fetchval(_PASSKEY, bob, made.credential_id, made.public_key)
    return {
        "new_passkey": hers.make(party.creation_options(adding, user_id=ada, username="ada", existing=[])),
        "shown_passkey": his.show(party.request_options(showing)),
        "passkey": global_id("Passkey", passkey_id),
    }


def _sealed(user_id: int) -> bytes:
    return Vault({"test": VAULT_KEY.encode()}).seal(_SECRET.encode(), about=f"totp:{user_id}")
