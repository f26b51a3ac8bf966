"""A row for each field that reads content: how it is asked for, and what a viewer is to see of it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from db.models import Audience
from tests.matrix.network import Network, Remark, Said
from tests.matrix.policy import Sight

Documents = Callable[[Network], list[str]]
Expected = Callable[[Sight], Any]

_PAGE = "(first: 100) { edges { node { id } } }"
# Where a hundred for each would cost more than is answered.
_SHORT_PAGE = _PAGE.replace("100", "40")
# Fields of the query that are asked in one document.
_AT_ONCE = 20


@dataclass(frozen=True)
class Row:
    """`expected` is the data of all the documents' answers together."""

    documents: Documents
    expected: Expected
    needs_sign_in: bool = False


ROWS: dict[str, Row] = {}


def _root(path: str, field: str, *, needs_sign_in: bool = False) -> Callable[[Expected], Expected]:
    """A field of the query, asked once."""

    def register(value: Expected) -> Expected:
        name = path.removeprefix("Query.")
        ROWS[path] = Row(lambda _: [f"{{ {field} }}"], lambda see: {name: value(see)}, needs_sign_in)
        return value

    return register


def _finder(path: str, argument: str, things: Callable[[Network], list[Any]], key: str = "gid") -> None:
    """A field of the query that finds one thing, asked for each thing there is."""
    name = path.removeprefix("Query.")

    def documents(network: Network) -> list[str]:
        asked = [
            f"at{n}: {name}({argument}: {json.dumps(getattr(thing, key))}) {{ id }}"
            for n, thing in enumerate(things(network))
        ]
        return ["{ " + " ".join(asked[n : n + _AT_ONCE]) + " }" for n in range(0, len(asked), _AT_ONCE)]

    def expected(see: Sight) -> Any:
        seen = see.gids()
        return {f"at{n}": _one(thing.gid in seen, thing) for n, thing in enumerate(things(see.network))}

    ROWS[path] = Row(documents, expected)


def _each(
    kind: str, things: Callable[[Network], Iterable[tuple[Any, str]]], is_seen: Callable[[Sight, Any], bool]
) -> Callable[[str, str], Callable[[Callable[[Sight, Any], Any]], Any]]:
    """Makes rows of a type's fields, each asked of all things of that type at once."""

    def on(field: str, selection: str) -> Callable[[Callable[[Sight, Any], Any]], Any]:
        def register(value: Callable[[Sight, Any], Any]) -> Any:
            def documents(network: Network) -> list[str]:
                ids = json.dumps([gid for _, gid in things(network)])
                return [f"{{ nodes(ids: {ids}) {{ ... on {kind} {{ id {field}{selection} }} }} }}"]

            def expected(see: Sight) -> Any:
                return {
                    "nodes": [
                        {"id": gid, field: value(see, thing)} if is_seen(see, thing) else None
                        for thing, gid in things(see.network)
                    ]
                }

            ROWS[f"{kind}.{field}"] = Row(documents, expected)
            return value

        return register

    return on


on_people = _each(
    "User", lambda network: [(name, person.gid) for name, person in network.people.items()], Sight.person
)
on_posts = _each("Post", lambda network: [(post, post.gid) for post in network.posts], Sight.post)
on_comments = _each("Comment", lambda network: [(each, each.gid) for each in network.comments], Sight.comment)


def _page(things: Iterable[Any]) -> dict[str, Any]:
    return {"edges": [{"node": {"id": thing.gid}} for thing in things]}


def _people(see: Sight, names: Iterable[str]) -> dict[str, Any]:
    return _page(see.network.people[name] for name in names if see.person(name))


def _one(is_seen: bool, thing: Any) -> dict[str, Any] | None:
    return {"id": thing.gid} if is_seen else None


@_root("Query.viewer", "viewer { id }")
def _viewer(see: Sight) -> Any:
    return None if see.viewer is None else {"id": see.network.people[see.viewer].gid}


@_root("Query.homeFeed", f"homeFeed{_PAGE}", needs_sign_in=True)
def _home_feed(see: Sight) -> Any:
    near = [post for post in see.network.posts if see.follows(post.author) or post.author == see.viewer]
    return _page(post for post in reversed(near) if see.in_feeds(post))


@_root("Query.publicFeed", f"publicFeed{_PAGE}")
def _public_feed(see: Sight) -> Any:
    public = [
        post
        for post in see.network.posts
        if post.audience is Audience.PUBLIC and not see.network.is_private(post.author)
    ]
    return _page(post for post in reversed(public) if see.in_feeds(post))


@_root("Query.searchUsers", f'searchUsers(query: "matrix", {_PAGE[1:]}')
def _search_users(see: Sight) -> Any:
    return _people(see, reversed(see.network.people))


@_root("Query.searchPosts", f'searchPosts(query: "plaza", {_PAGE[1:]}')
def _search_posts(see: Sight) -> Any:
    return _page(post for post in reversed(see.network.posts) if see.post(post))


def _all(network: Network) -> list[Any]:
    return [*network.people.values(), *network.posts, *network.comments]


_finder("Query.user", "username", lambda network: list(network.people.values()), key="username")
_finder("Query.post", "id", lambda network: list(network.posts))
_finder("Query.node", "id", _all)


def _nodes(see: Sight) -> Any:
    seen = see.gids()
    return {"nodes": [_one(thing.gid in seen, thing) for thing in _all(see.network)]}


ROWS["Query.nodes"] = Row(
    lambda network: [f"{{ nodes(ids: {json.dumps([thing.gid for thing in _all(network)])}) {{ id }} }}"], _nodes
)


@on_people("posts", _PAGE)
def _posts_of(see: Sight, name: str) -> Any:
    return _page(post for post in reversed(see.network.posts) if post.author == name and see.post(post))


@on_people("followers", _PAGE)
def _followers_of(see: Sight, name: str) -> Any:
    return _people(
        see, [one for one, other in reversed(see.network.follows) if other == name and see.circle(name)]
    )


@on_people("following", _PAGE)
def _following_of(see: Sight, name: str) -> Any:
    return _people(
        see, [other for one, other in reversed(see.network.follows) if one == name and see.circle(name)]
    )


@on_people("likedPosts", _PAGE)
def _liked_by(see: Sight, name: str) -> Any:
    if name != see.viewer:
        return None
    return _page(post for who, post in reversed(see.network.likes) if who == name and see.post(post))


@on_people("followRequests", _PAGE)
def _requests_to(see: Sight, name: str) -> Any:
    if name != see.viewer:
        return None
    return _people(see, [one for one, other in reversed(see.network.requests) if other == name])


@on_posts("author", " { id }")
def _author_of_post(see: Sight, post: Said) -> Any:
    return _one(see.person(post.author), see.network.people[post.author])


@on_posts("comments", _PAGE)
def _comments_on(see: Sight, post: Said) -> Any:
    return _page(
        each for each in see.network.comments if each.post == post and not each.parent and see.comment(each)
    )


@on_posts("likers", _PAGE)
def _likers_of(see: Sight, post: Said) -> Any:
    return _people(see, [who for who, liked in reversed(see.network.likes) if liked == post])


@on_comments("author", " { id }")
def _author_of_comment(see: Sight, comment: Remark) -> Any:
    is_seen = not comment.deleted and see.person(comment.writer)
    return _one(is_seen, see.network.people[comment.writer])


@on_comments("post", " { id }")
def _post_of(see: Sight, comment: Remark) -> Any:
    return _one(see.post(comment.post), comment.post)


@on_comments("parent", " { id }")
def _parent_of(see: Sight, comment: Remark) -> Any:
    above = comment.parent
    return None if above is None else _one(see.comment(above), above)


@on_comments("replies", _SHORT_PAGE)
def _replies_to(see: Sight, comment: Remark) -> Any:
    return _page(each for each in see.network.comments if each.parent == comment and see.comment(each))
