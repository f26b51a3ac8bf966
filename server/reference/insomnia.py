"""The story as an Insomnia export, version 4: requests take what they need from the answers of earlier ones."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from server.reference.story import ABOUT, MOMENT, SETTINGS, TITLE, Request, brought

_WORKSPACE: Final = "wrk_plaza"


def export(story: dict[str, list[Request]]) -> str:
    made = {
        "_type": "export",
        "__export_format": 4,
        "__export_date": "2026-01-01T00:00:00.000Z",  # asked for, and the same in every export
        "__export_source": "plaza",
        "resources": list(_resources(story)),
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _resources(story: dict[str, list[Request]]) -> Iterator[dict[str, Any]]:
    yield {
        "_id": _WORKSPACE,
        "_type": "workspace",
        "parentId": None,
        "name": TITLE,
        "description": ABOUT,
        "scope": "collection",
    }
    yield {
        "_id": "env_plaza",
        "_type": "environment",
        "parentId": _WORKSPACE,
        "name": "Base Environment",
        "data": SETTINGS,
    }
    tags = {name: _tag(request, path) for name, (request, path) in brought(story).items()}
    for place, (folder, requests) in enumerate(story.items(), start=1):
        group = f"fld_{place}"
        yield {
            "_id": group,
            "_type": "request_group",
            "parentId": _WORKSPACE,
            "name": folder,
            "metaSortKey": place,
        }
        yield from (_request(request, group, tags) for request in requests)


def _request(request: Request, group: str, tags: dict[str, str]) -> dict[str, Any]:
    body = json.dumps({"query": request.text, "variables": request.variables}, ensure_ascii=False)
    token = {"type": "bearer", "token": _reference(request.token, tags)} if request.token else {}
    return {
        "_id": _id(request),
        "_type": "request",
        "parentId": group,
        "name": request.title,
        "method": "POST",
        "url": "{{ _.base_url }}/graphql",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "authentication": token,
        "body": {"mimeType": "application/graphql", "text": _referred(body, tags)},
        "metaSortKey": request.number,
    }


def _id(request: Request) -> str:
    return f"req_{request.number:02}_{request.field}"


def _referred(text: str, tags: dict[str, str]) -> str:
    text = re.sub(r'"@(\w+)"', lambda name: f'"{_reference(name[1], tags)}"', text)
    return text.replace(f"{{{MOMENT}}}", "{% now 'unix', '' %}")


def _reference(name: str, tags: dict[str, str]) -> str:
    return tags.get(name) or f"{{{{ _.{name} }}}}"


def _tag(request: Request, path: str) -> str:
    """Takes a value from a request's last answer, and sends the request where there is none."""
    query = re.sub(r"\.(\d+)", r"[\1]", f"$.data.{path}")
    coded = base64.b64encode(query.encode()).decode()
    return f"{{% response 'body', '{_id(request)}', 'b64::{coded}::46b', 'no-history', 60 %}}"
