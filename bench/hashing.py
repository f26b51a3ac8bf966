"""Hashes passwords until it is ended, as many at once as a Plaza does: what is beside it feels what that takes."""

import asyncio

from auth.passwords import THREADS, Passwords


async def _hash() -> None:
    passwords = Passwords()
    await asyncio.gather(*(_one_after_another(passwords) for _ in range(THREADS)))


async def _one_after_another(passwords: Passwords) -> None:
    while True:
        await passwords.hash("correct horse battery staple")


if __name__ == "__main__":
    print("hashing", flush=True)
    asyncio.run(_hash())
