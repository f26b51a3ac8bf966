"""updateComment: the words and the time of the change, for the author alone."""

from db.models import Comment, Role
from tests.api.comments import DELETED, UPDATE, delete
from tests.conftest import Api
from tests.factories import Make
from tests.rows import Rows


async def test_changes_a_comment_and_says_when(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    comment = await make.comment(ada, await make.post(ada))
    answer = await api(UPDATE, viewer=ada, id=comment.gid, text=" Indeed ")
    assert answer["comment"] == {"text": "Indeed", "editedAt": None}
    answer = await api(UPDATE, viewer=ada, id=comment.gid, text="Not at all")
    assert answer["comment"]["text"] == "Not at all"
    (row,) = await rows(Comment)
    assert row.edited_at is not None
    assert answer["comment"]["editedAt"] == row.edited_at.isoformat().replace("+00:00", "Z")


async def test_only_its_author_changes_a_comment(api: Api, make: Make, rows: Rows) -> None:
    ada, bob, mod = await make.user("ada"), await make.user("bob"), await make.user("mod", role=Role.MODERATOR)
    comment = await make.comment(bob, await make.post(ada))
    for person in (ada, mod):
        assert await api(UPDATE, viewer=person, id=comment.gid, text="I agree") == {
            "__typename": "NotAllowed",
            "message": "Only its author can change a comment.",
        }
    assert [row.text for row in await rows(Comment)] == ["Indeed"]


async def test_a_tombstone_is_not_changed(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    comment = await make.comment(ada, post)
    await make.comment(ada, post, parent=comment)
    await delete(api, ada, comment)
    assert await api(UPDATE, viewer=ada, id=comment.gid, text="Back") == DELETED
