"""What the guides show is true: their GraphQL is valid and of today, and their links lead somewhere."""

import re
from pathlib import Path

import pytest
from graphql import DirectiveDefinitionNode, TypeDefinitionNode, build_schema, parse, specified_rules, validate
from graphql.validation import NoDeprecatedCustomRule

from schema.deprecations import Announcement
from schema.root import sdl
from tests.guides import GUIDES, documents, named

SCHEMA = build_schema(sdl())
SHOWN = [(named(guide), text) for guide in GUIDES for text in documents(guide)]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


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


@pytest.mark.parametrize("guide", GUIDES, ids=map(named, GUIDES))
def test_every_link_of_a_guide_leads_to_something(guide: Path) -> None:
    dead = [link for link in LINK.findall(guide.read_text()) if not (guide.parent / link).exists()]
    assert dead == []
