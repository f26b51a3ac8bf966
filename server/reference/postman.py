"""The story as a Postman collection, version 2.1: import it, run it from top to bottom."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from server.reference.story import ABOUT, MOMENT, SETTINGS, TITLE, Request

_SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(story: dict[str, list[Request]]) -> str:
    made = {
        "info": {"name": TITLE, "description": ABOUT, "schema": _SCHEMA},
        "variable": [{"key": name, "value": value} for name, value in SETTINGS.items()],
        "item": [
            {"name": folder, "item": [_item(request) for request in requests]}
            for folder, requests in story.items()
        ],
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _item(request: Request) -> dict[str, Any]:
    variables = json.dumps(request.variables, indent=2, ensure_ascii=False)
    return {
        "name": request.title,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": list(_script(request))}}],
        "request": {
            "method": "POST",
            "url": "{{base_url}}/graphql",
            "auth": _auth(request.token),
            "body": {"mode": "graphql", "graphql": {"query": request.text, "variables": _referred(variables)}},
        },
    }


def _auth(token: str | None) -> dict[str, Any]:
    if token is None:
        return {"type": "noauth"}
    return {"type": "bearer", "bearer": [{"key": "token", "value": f"{{{{{token}}}}}", "type": "string"}]}


def _referred(text: str) -> str:
    return re.sub(r'"@(\w+)"', r'"{{\1}}"', text).replace(f"{{{MOMENT}}}", "{{$timestamp}}")


def _script(request: Request) -> Iterator[str]:
    yield "const answer = pm.response.json();"
    yield 'pm.test("It answers without errors", () => pm.expect(answer.errors).to.equal(undefined));'
    value = f"answer.data.{request.field}"
    if request.typename:
        yield (
            f'pm.test("It is a {request.typename}", '
            f'() => pm.expect({value}.__typename).to.equal("{request.typename}"));'
        )
    else:
        yield f'pm.test("There is something", () => pm.expect({value}).to.not.equal(null));'
    for name, path in request.keeps.items():
        kept = re.sub(r"\.(\d+)", r"[\1]", f"answer.data.{path}")
        yield f'pm.collectionVariables.set("{name}", {kept});'
