"""GraphQL is found at its path, whichever way leads there."""

import httpx
import pytest
from starlette.applications import Starlette


@pytest.mark.parametrize(
    ("root_path", "path", "status"),
    [
        ("", "/graphql", 200),
        ("/social", "/social/graphql", 200),
        ("/social", "/social/social/graphql", 404),
        ("", "/graphql/", 404),
        ("", "/graphqls", 404),
    ],
)
async def test_it_answers_at_its_path_alone_and_as_a_part_of_something(
    app: Starlette, root_path: str, path: str, status: int
) -> None:
    transport = httpx.ASGITransport(app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as there:
        response = await there.post(path, json={"query": "{ __typename }"})
    assert response.status_code == status
    assert (response.json() == {"data": {"__typename": "Query"}}) is (status == 200)
    assert response.headers["vary"].endswith("Origin")
