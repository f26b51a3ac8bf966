"""The policy in plain Python, after the words of `db.visibility` and not after its SQL."""

from dataclasses import dataclass

from db.models import Audience, UserStatus
from tests.matrix.network import Network, Remark, Said


@dataclass(frozen=True)
class Sight:
    """What one viewer of a network may see; `viewer` is `None` for the anonymous."""

    network: Network
    viewer: str | None

    def person(self, name: str) -> bool:
        if name == self.viewer:
            return True
        return self.network.status(name) is UserStatus.ACTIVE and not self.apart(name)

    def circle(self, name: str) -> bool:
        """What an account keeps for its followers when it is private: its posts and its lists."""
        if name == self.viewer:
            return True
        return self.person(name) and (not self.network.is_private(name) or self.follows(name))

    def post(self, post: Said) -> bool:
        if post.deleted:
            return False
        if post.author == self.viewer:
            return True
        if not self.person(post.author):
            return False
        open_to_all = post.audience is Audience.PUBLIC and not self.network.is_private(post.author)
        return open_to_all or self.follows(post.author)

    def comment(self, comment: Remark) -> bool:
        return self.post(comment.post) and (comment.deleted or self.person(comment.writer))

    def in_feeds(self, post: Said) -> bool:
        return self.post(post) and not self.mutes(post.author)

    def apart(self, name: str) -> bool:
        """Does a block stand between them?"""
        return not self.network.blocks.isdisjoint({(name, self.viewer), (self.viewer, name)})

    def follows(self, name: str) -> bool:
        return (self.viewer, name) in self.network.follows

    def blocks(self, name: str) -> bool:
        return (self.viewer, name) in self.network.blocks

    def mutes(self, name: str) -> bool:
        return (self.viewer, name) in self.network.mutes

    def gids(self) -> set[str]:
        """The ids of everything to be seen."""
        network = self.network
        return {
            *(person.gid for name, person in network.people.items() if self.person(name)),
            *(post.gid for post in network.posts if self.post(post)),
            *(comment.gid for comment in network.comments if self.comment(comment)),
        }
