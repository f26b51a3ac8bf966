"""What one person does on a visit: looks, opens what they saw, likes, says something, and leaves."""

import random
from collections.abc import Callable
from typing import Any, Final, TypeAlias

# Of a hundred things that people do. Notifications, eight of a hundred where this was taken from, are not there
# yet; the rest keep their proportions.
MIX: Final = {
    "home_feed": 50,
    "public_feed": 5,
    "post_page": 11,
    "thread": 4,
    "profile": 8,
    "followers": 2,
    "search_users": 2,
    "search_posts": 2,
    "like_post": 4,
    "create_post": 1,
    "create_comment": 1,
    "follow": 1,
    "viewer": 1,
}
THINKING: Final = 5.0  # seconds from an answer to the next request, in the mean
DEEDS: Final = 8  # of a visit, in the mean

Json: TypeAlias = dict[str, Any]
# Sends an operation with its variables; the answer's data, or nothing when it failed.
Ask: TypeAlias = Callable[[str, Json], Json | None]
# Waits so many seconds; whether the visit may go on.
Think: TypeAlias = Callable[[float], bool]

_WORDS = ("weather", "coffee", "music", "weekend", "holiday", "family", "school", "movie")
_LINES = ("Good morning, plaza", "Has anyone been to the market?", "So it goes", "I had not thought of that")


class Visit:
    """One signed-in person from coming to leaving; what they open is what their feed showed them."""

    def __init__(self, person: Json, ask: Ask, rng: random.Random) -> None:
        self._person = person
        self._ask = ask
        self._rng = rng
        self._seen: list[Json] = []
        self._after: str | None = None

    def run(self, think: Think, *, has_begun: bool = False) -> None:
        """Deeds with thoughts between them; a visit that `has_begun` starts in the midst of a thought."""
        goes_on = not has_begun or self._think(think)
        while goes_on:
            (operation,) = self._rng.choices(list(MIX), list(MIX.values()))
            data = self._ask(operation, self._variables(operation))
            if operation == "home_feed" and data:
                self._remember(data["homeFeed"])
            goes_on = self._rng.random() >= 1 / DEEDS and self._think(think)

    def _think(self, think: Think) -> bool:
        return think(self._rng.expovariate(1 / THINKING))

    def _remember(self, feed: Json) -> None:
        self._seen += [edge["node"] for edge in feed["edges"]]
        # One in three reads on; the others come back to the top.
        reads_on = feed["pageInfo"]["hasNextPage"] and self._rng.random() < 1 / 3
        self._after = feed["pageInfo"]["endCursor"] if reads_on else None

    def _variables(self, operation: str) -> Json:
        match operation:
            case "home_feed":
                return {"after": self._after}
            case "post_page" | "thread" | "like_post":
                return {"post": self._post(operation)}
            case "profile" | "followers":
                return {"username": self._somebody("username")}
            case "follow":
                return {"user": self._somebody("id")}
            case "search_users":
                return {"query": self._person["stranger_first_name"]}
            case "search_posts":
                return {"query": self._rng.choice(_WORDS)}
            case "create_post":
                return {"text": self._rng.choice(_LINES)}
            case "create_comment":
                return {"post": self._post(operation), "text": self._rng.choice(_LINES)}
            case _:
                return {}

    def _post(self, operation: str) -> str:
        talked_about = [post for post in self._seen if post["commentCount"]]
        among = talked_about if operation == "thread" else self._seen
        return str(self._rng.choice(among)["id"] if among else self._person["talk"])

    def _somebody(self, field: str) -> str:
        others = [post["author"] for post in self._seen if post["author"]["id"] != self._person["gid"]]
        if others and self._rng.random() < 0.7:
            return str(self._rng.choice(others)[field])
        return str(self._person["stranger" if field == "id" else "stranger_name"])
