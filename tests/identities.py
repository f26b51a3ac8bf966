"""People who came back from a provider a moment ago, and one who is linked already: for documents to act on."""

import json
from typing import Final

import asyncpg

from auth.providers.trips import challenge_of
from auth.secrets import hash_of, new_secret

VERIFIER: Final = "v" * 43
_CODE: Final = """
INSERT INTO sign_in_codes (hash, provider, profile, challenge, link_user_id, link_session_id, expires_at)
    VALUES ($1, 'GOOGLE', $2, $3, $4, $5, now() + interval '1 hour')
"""
_LINKED: Final = """
INSERT INTO identities (user_id, provider, issuer, subject, email)
    VALUES ($1, 'GITHUB', 'https://github.com/login/oauth', '1815', 'ada@example.org')
"""


async def arrive(connection: asyncpg.Connection, user_id: int, session_id: int) -> dict[str, str]:
    """Codes of a newcomer and of the person, who links a second account; what documents call them."""
    codes = {"provider_code": new_secret(), "link_code": new_secret()}
    linking = {"provider_code": (None, None), "link_code": (user_id, session_id)}
    for name, code in codes.items():
        profile = {"issuer": "https://accounts.google.com", "subject": name, "email": f"{name}@gmail.com"}
        await connection.execute(_CODE, hash_of(code), json.dumps(profile), challenge_of(VERIFIER), *linking[name])
    await connection.execute(_LINKED, user_id)
    return {**codes, "provider_verifier": VERIFIER}
