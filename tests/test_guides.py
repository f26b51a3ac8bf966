"""The GraphQL that guides show is valid and of today."""

import re

import pytest
from graphql import DirectiveDefinitionNode, TypeDefinitionNode, build_schema, parse, specified_rules, validate
from graphql.validation import NoDeprecatedCustomRule

from schema.deprecations import Announcement
from schema.root import sdl
from tests.guides import GUIDES, documents, named

SCHEMA = build_schema(sdl())
SHOWN = [(named(guide), text) for guide in GUIDES for text in documents(guide)]


@pytest.mark.parametrize(("guide", "text"), SHOWN, ids=[f"{guide}-{n}" for n, (guide, _) in enumerate(SHOWN)])
def test_all_graphql_that_a_guide_shows_is_valid_and_of_today(guide: str, text: str) -> None:
    document = parse(text)
    if all(isinstance(each, TypeDefinitionNode | DirectiveDefinitionNode) for each in document.definitions):
        reasons = re.findall(r'@deprecated\(reason: "(.+?)"\)', text)
        assert all(map(Announcement.read, reasons))
    else:
        assert validate(SCHEMA, document, [*specified_rules, NoDeprecatedCustomRule]) == []


def test_the_guides_show_graphql() -> None:
    assert {guide for guide, _ in SHOWN} >= {
        "README.md",
        "docs/auth.md",
        "docs/caching.md",
        "docs/errors.md",
        "docs/pagination.md",
        "docs/versioning.md",
    }
