"""A row for each id that a mutation is aimed at, and for each place in its answer where content stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from db.models import UserStatus
from tests.matrix.network import Network, Remark, Said
from tests.matrix.policy import Sight


@dataclass(frozen=True)
class Deed:
    """What `target` (`follow.userId`) is aimed at, and who finds what they aim at.

    Nobody else may learn more than of an id that was never there; `input` holds what the mutation needs besides.
    """

    target: str
    kind: str
    things: Callable[[Network], Iterable[Any]]
    finds: Callable[[Sight, Any], bool]
    input: Callable[[Any], dict[str, Any]] = field(default=lambda _: {})

    def sight_after(self, network: Network, viewer: str, thing: Any) -> Sight:
        """What the viewer sees once it is done: only a block taken back shows something new."""
        if self.mutation == "unblock":
            network = replace(network, blocks=network.blocks - {(viewer, thing)})
        return Sight(network, viewer)

    @property
    def mutation(self) -> str:
        return self.target.partition(".")[0]

    @property
    def key(self) -> str:
        return self.target.partition(".")[2]


def _names(network: Network) -> list[str]:
    return list(network.people)


def _posts(network: Network) -> list[Said]:
    return network.posts


def _comments(network: Network) -> list[Remark]:
    return network.comments


def _asks(see: Sight, name: str) -> bool:
    return see.person(name) and (name, see.viewer) in see.network.requests


def _asks_or_follows(see: Sight, name: str) -> bool:
    return _asks(see, name) or (see.person(name) and (name, see.viewer) in see.network.follows)


def _own_or_seen(see: Sight, post: Said) -> bool:
    return see.post(post) or post.author == see.viewer


def _own_or_standing(see: Sight, comment: Remark) -> bool:
    return see.comment(comment) and (not comment.deleted or comment.writer == see.viewer)


def _blocked_or_seen(see: Sight, name: str) -> bool:
    return see.person(name) or see.blocks(name)


def _muted_or_seen(see: Sight, name: str) -> bool:
    return see.person(name) or see.mutes(name)


def _suspendable(see: Sight, name: str) -> bool:
    """Moderators find people whom they do not see."""
    return see.viewer == "moderator" and see.network.status(name) is not UserStatus.DELETED


def _nobody(*_: object) -> bool:
    """Of those who look, none is an administrator."""
    return False


def _saying(_: Any) -> dict[str, Any]:
    return {"text": "Said in the matrix"}


def _replying(comment: Remark) -> dict[str, Any]:
    return {"text": "Said in the matrix", "postId": comment.post.gid}


def _becoming(_: Any) -> dict[str, Any]:
    return {"role": "MODERATOR"}


def _because(_: Any) -> dict[str, Any]:
    return {"reason": "Said in the matrix"}


DEEDS = [
    Deed("follow.userId", "User", _names, Sight.person),
    Deed("unfollow.userId", "User", _names, Sight.person),
    Deed("acceptFollowRequest.userId", "User", _names, _asks_or_follows),
    Deed("rejectFollowRequest.userId", "User", _names, _asks),
    Deed("removeFollower.userId", "User", _names, Sight.person),
    Deed("block.userId", "User", _names, _blocked_or_seen),
    Deed("unblock.userId", "User", _names, _blocked_or_seen),
    Deed("mute.userId", "User", _names, Sight.person),
    Deed("unmute.userId", "User", _names, _muted_or_seen),
    Deed("likePost.postId", "Post", _posts, Sight.post),
    Deed("unlikePost.postId", "Post", _posts, Sight.post),
    Deed("updatePost.postId", "Post", _posts, Sight.post, _saying),
    Deed("deletePost.postId", "Post", _posts, _own_or_seen),
    Deed("createComment.postId", "Post", _posts, Sight.post, _saying),
    Deed("createComment.parentId", "Comment", _comments, Sight.comment, _replying),
    Deed("updateComment.commentId", "Comment", _comments, Sight.comment, _saying),
    Deed("deleteComment.commentId", "Comment", _comments, _own_or_standing),
    Deed("setRole.userId", "User", _names, _nobody, _becoming),
    Deed("suspendUser.userId", "User", _names, _suspendable, _because),
    Deed("restoreUser.userId", "User", _names, _suspendable),
]

# Where content stands in the answers, and the mutations whose answers hold only the viewer's own.
SHOWN = {
    "Mutation.follow.user",
    "Mutation.follow.followingEdge.node",
    "Mutation.unfollow.user",
    "Mutation.acceptFollowRequest.follower",
    "Mutation.acceptFollowRequest.followerEdge.node",
    "Mutation.rejectFollowRequest.user",
    "Mutation.removeFollower.user",
    "Mutation.block.user",
    "Mutation.unblock.user",
    "Mutation.mute.user",
    "Mutation.unmute.user",
    "Mutation.likePost.post",
    "Mutation.likePost.likerEdge.node",
    "Mutation.unlikePost.post",
    "Mutation.updatePost.post",
    "Mutation.createComment.comment",
    "Mutation.createComment.commentEdge.node",
    "Mutation.createComment.post",
    "Mutation.updateComment.comment",
    "Mutation.deleteComment.post",
}
OWN = {
    "Mutation.createPost.post",
    "Mutation.createPost.postEdge.node",
    "Mutation.updateProfile.user",
    "Mutation.changePassword.viewer",
    "Mutation.login.viewer",
    "Mutation.completeSignIn.viewer",
    "Mutation.signInWithPasskey.viewer",
    "Mutation.cancelDeletion.viewer",
    "Mutation.signInWithProvider.viewer",
}


def document(deed: Deed) -> str:
    """Asks for every id in the answer."""
    name = deed.mutation[0].upper() + deed.mutation[1:]
    ends = (path.split(".")[2:] for path in sorted(SHOWN) if path.startswith(f"Mutation.{deed.mutation}."))
    asked = " ".join(" { ".join([*end, "id"]) + " }" * len(end) for end in ends)
    payload = f"... on {name}Payload {{ {asked} }}" if asked else ""
    return (
        f"mutation ($input: {name}Input!) {{ {deed.mutation}(input: $input) {{ __typename {payload} "
        "... on UserError { message } ... on InvalidInput { field } } }"
    )
