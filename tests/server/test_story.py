"""One evening on the plaza, over real HTTP: what people do from first to last, and what is refused them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from schema.context import Services
from server.app import create_app
from server.settings import Settings

PASSWORD = "a lantern and nine boats"
_ERRORS = "... on UserError { message } ... on InvalidInput { field }"

REGISTER = f"register {{ __typename ... on RegisterPayload {{ username email }} {_ERRORS} }}"
TOKENS = "session { accessToken refreshToken }"
LOGIN = f"login {{ __typename ... on LoginPayload {{ {TOKENS} viewer {{ id username }} }} {_ERRORS} }}"
REFRESH = f"refreshSession {{ __typename ... on RefreshSessionPayload {{ {TOKENS} }} {_ERRORS} }}"
LOGOUT = f"logout {{ __typename ... on LogoutPayload {{ endedSessionCount }} {_ERRORS} }}"
POST = f"createPost {{ __typename ... on CreatePostPayload {{ postEdge {{ node {{ id text }} }} }} {_ERRORS} }}"
EDIT = f"updatePost {{ __typename ... on UpdatePostPayload {{ post {{ text editedAt }} }} {_ERRORS} }}"
DELETE = f"deletePost {{ __typename ... on DeletePostPayload {{ deletedPostId }} {_ERRORS} }}"
FOLLOW = f"follow {{ __typename ... on FollowPayload {{ user {{ username viewerFollows }} }} {_ERRORS} }}"
BLOCK = f"block {{ __typename ... on BlockPayload {{ user {{ username viewerBlocks }} }} {_ERRORS} }}"
LIKE = f"likePost {{ __typename ... on LikePostPayload {{ post {{ likeCount viewerHasLiked }} }} {_ERRORS} }}"
COMMENT = f"""createComment {{ __typename ... on CreateCommentPayload {{
    comment {{ id text depth parent {{ id }} author {{ username }} }} post {{ commentCount }}
}} {_ERRORS} }}"""
UNSAY = f"""deleteComment {{
    __typename ... on DeleteCommentPayload {{ deletedCommentId post {{ commentCount }} }} {_ERRORS}
}}"""

FEED = "{ homeFeed { edges { node { id text author { username } likeCount viewerHasLiked viewerCanEdit } } } }"
THREAD = """query ($id: ID!) { post(id: $id) {
    text commentCount
    comments { edges { node { text author { username } replies { edges { node { text } } } } } }
} }"""
PROFILE = "query ($name: SafeText!) { user(username: $name) { id followerCount } }"

SIGN_IN = {"code": "UNAUTHENTICATED"}


@dataclass
class Client:
    """A person's phone: it keeps their tokens and sends the newer one along."""

    http: httpx.AsyncClient
    id: str = ""
    token: str | None = None
    refresh_token: str = ""

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=headers)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    async def do(self, deed: str, **input: Any) -> Any:
        """The value of the mutation `deed`, which is its name and what is asked of its result."""
        answer = await self.send(deed, **input)
        assert "errors" not in answer, answer
        return answer["data"][deed.split()[0]]

    async def refused(self, deed: str, **input: Any) -> Any:
        """The extensions of the one top-level error that the mutation met."""
        answer = await self.send(deed, **input)
        (error,) = answer["errors"]
        assert answer.get("data") in (None, {deed.split()[0]: None})
        return error["extensions"]

    async def send(self, deed: str, **input: Any) -> dict[str, Any]:
        name, _, selection = deed.partition(" ")
        kind = f"{name[0].upper()}{name[1:]}Input!"
        return await self.ask(f"mutation ($input: {kind}) {{ {name}(input: $input) {selection} }}", input=input)

    async def log_in(self, name: str) -> None:
        answer = await self.do(LOGIN, usernameOrEmail=name, password=PASSWORD)
        assert answer["viewer"]["username"] == name
        self.id = answer["viewer"]["id"]
        self.keep(answer["session"])

    def keep(self, session: dict[str, str]) -> None:
        self.token, self.refresh_token = session["accessToken"], session["refreshToken"]


@pytest.fixture
async def address(settings: Settings, services: Services) -> AsyncIterator[str]:
    """A server of our own on a free port, over this worker's database."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Whoever comes before the server is ready waits in the queue.
        listening.listen()
        config = uvicorn.Config(
            create_app(settings), ws="none", access_log=False, log_config=None, timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
        # In a thread, with a loop of its own, as in a process of its own.
        serving = asyncio.create_task(asyncio.to_thread(server.run, [listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_an_evening_on_the_plaza(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        ada, bob, eve, nobody = (Client(http) for _ in range(4))

        # They register, which signs nobody in, and log in.
        for name in ("ada", "bob", "eve"):
            account = {"username": name, "email": f"{name}@example.org"}
            registered = await nobody.do(REGISTER, **account, password=PASSWORD)
            assert registered == {"__typename": "RegisterPayload", **account}
        assert await nobody.refused(POST, text="Let me in") == SIGN_IN
        wrong = await nobody.do(LOGIN, usernameOrEmail="ada", password="not her password")
        assert wrong == {"__typename": "NotAllowed", "message": "Wrong name or password."}
        await ada.log_in("ada")
        await bob.log_in("bob")
        await eve.log_in("eve")

        # Ada posts; it reaches Bob's feed once he follows her.
        posted = await ada.do(POST, text="Lanterns on the plaza tonight")
        post = posted["postEdge"]["node"]["id"]
        assert posted["postEdge"]["node"]["text"] == "Lanterns on the plaza tonight"
        assert (await bob.ask(FEED))["data"]["homeFeed"]["edges"] == []
        assert (await nobody.ask(FEED))["errors"][0]["extensions"] == SIGN_IN
        assert await nobody.refused(FOLLOW, userId=ada.id) == SIGN_IN
        followed = await bob.do(FOLLOW, userId=ada.id)
        assert followed == {"__typename": "FollowPayload", "user": {"username": "ada", "viewerFollows": True}}
        (edge,) = (await bob.ask(FEED))["data"]["homeFeed"]["edges"]
        assert edge["node"] == {
            "id": post,
            "text": "Lanterns on the plaza tonight",
            "author": {"username": "ada"},
            "likeCount": 0,
            "viewerHasLiked": False,
            "viewerCanEdit": False,
        }

        # Bob likes it and comments, Ada replies.
        assert await nobody.refused(LIKE, postId=post) == SIGN_IN
        liked = await bob.do(LIKE, postId=post)
        assert liked == {"__typename": "LikePostPayload", "post": {"likeCount": 1, "viewerHasLiked": True}}
        assert await nobody.refused(COMMENT, postId=post, text="Me, too") == SIGN_IN
        said = await bob.do(COMMENT, postId=post, text="I bring the boats")
        comment = said["comment"].pop("id")
        assert said == {
            "__typename": "CreateCommentPayload",
            "comment": {"text": "I bring the boats", "depth": 0, "parent": None, "author": {"username": "bob"}},
            "post": {"commentCount": 1},
        }
        replied = await ada.do(COMMENT, postId=post, parentId=comment, text="All nine?")
        assert replied["comment"]["parent"] == {"id": comment}
        assert (replied["comment"]["depth"], replied["post"]["commentCount"]) == (1, 2)
        replies = {"edges": [{"node": {"text": "All nine?"}}]}
        thread = {"text": "I bring the boats", "author": {"username": "bob"}, "replies": replies}
        assert (await nobody.ask(THREAD, id=post))["data"]["post"] == {
            "text": "Lanterns on the plaza tonight",
            "commentCount": 2,
            "comments": {"edges": [{"node": thread}]},
        }

        # Ada changes her words; nobody else does.
        edited = await ada.do(EDIT, postId=post, text="Lanterns on the plaza at nine")
        assert edited["post"]["text"] == "Lanterns on the plaza at nine"
        assert edited["post"]["editedAt"] is not None
        for deed, words in ((EDIT, {"text": "Rain"}), (DELETE, {})):
            assert (await eve.do(deed, postId=post, **words))["__typename"] == "NotAllowed"
            assert await nobody.refused(deed, postId=post, **words) == SIGN_IN
        assert (await eve.do(UNSAY, commentId=comment))["__typename"] == "NotAllowed"

        # Eve, blocked, finds neither Ada nor her post.
        blocked = await ada.do(BLOCK, userId=eve.id)
        assert blocked == {"__typename": "BlockPayload", "user": {"username": "eve", "viewerBlocks": True}}
        assert (await eve.ask(PROFILE, name="ada"))["data"] == {"user": None}
        assert (await eve.ask(THREAD, id=post))["data"] == {"post": None}
        assert (await eve.do(FOLLOW, userId=ada.id))["__typename"] == "NotFound"
        hidden = await eve.do(LIKE, postId=post)
        assert hidden["__typename"] == "NotFound"
        assert await eve.do(COMMENT, postId=post, text="But why") == hidden
        assert await eve.do(DELETE, postId=post) == hidden

        # Ada deletes the post: it is gone for everyone, and to delete it twice is harmless.
        for _ in range(2):
            gone = await ada.do(DELETE, postId=post)
            assert gone == {"__typename": "DeletePostPayload", "deletedPostId": post}
        assert (await bob.ask(FEED))["data"]["homeFeed"]["edges"] == []
        assert (await bob.ask(THREAD, id=post))["data"] == {"post": None}
        assert await bob.do(LIKE, postId=post) == hidden

        # Her session goes on with new tokens, until she logs out: then none of them opens anything, at once.
        first = ada.token
        renewed = await ada.do(REFRESH, refreshToken=ada.refresh_token)
        ada.keep(renewed["session"])
        assert ada.token != first
        assert (await ada.ask(FEED))["data"]["homeFeed"]["edges"] == []
        assert await ada.do(LOGOUT) == {"__typename": "LogoutPayload", "endedSessionCount": 1}
        for token in (ada.token, first):
            ada.token = token
            assert await ada.refused(POST, text="Still here") == SIGN_IN
            assert (await ada.ask(THREAD, id=post))["errors"][0]["extensions"] == SIGN_IN
        ada.token = None
        over = await ada.do(REFRESH, refreshToken=ada.refresh_token)
        assert over == {"__typename": "NotAllowed", "message": "This session is over. Sign in again."}
        assert (await bob.ask(PROFILE, name="ada"))["data"]["user"] == {"id": ada.id, "followerCount": 1}
