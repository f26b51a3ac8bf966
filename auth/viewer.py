"""The signed-in person, as one operation knows them."""

from dataclasses import dataclass

from db.models import Role, UserStatus


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking: the account and the session they ask through."""

    user_id: int
    username: str
    role: Role
    status: UserStatus
    session_id: int

    @property
    def is_suspended(self) -> bool:
        return self.status is UserStatus.SUSPENDED

    @property
    def is_moderator(self) -> bool:
        """Trusted with other people's content; a suspended moderator is not."""
        return self.role in (Role.MODERATOR, Role.ADMIN) and not self.is_suspended
