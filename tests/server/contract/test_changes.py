"""Each kind of change once: what it means to clients, where it stands, and the line that tells of it."""

import pytest
from graphql import BreakingChangeType, DangerousChangeType, GraphQLSchema, SafeChangeType, build_schema

from schema.root import sdl
from server.contract.changes import Kind, Level, Other, changes, lines

B, D, S = BreakingChangeType, DangerousChangeType, SafeChangeType

ENUM = "type Query { a: E } enum E { %s }"
UNION = "type Query { a: U b: B c: C } type B { x: Int } type C { x: Int } union U = %s"
INPUT = "type Query { a(i: I): Int } input I%s { x: Int %s }"
FACE = "type Query { a: A n: N } interface N { x: Int } type A%s { x: Int }"
DIRECTIVE = "type Query { a: Int } directive @d%s"
SCALAR = "type Query { a: Url } scalar Url%s"

# Kind, before, after, sentence.
CASES: dict[Level, list[tuple[Kind, str, str, str]]] = {
    Level.BREAKING: [
        (
            B.TYPE_REMOVED,
            "type Query { a: A b: B } type A { x: Int } type B { x: Int }",
            "type Query { a: A b: A } type A { x: Int }",
            "`B` was removed.",
        ),
        (
            B.TYPE_CHANGED_KIND,
            "type Query { a: A } type A { x: Int }",
            "type Query { a: A } interface A { x: Int }",
            "`A` changed from an Object type to an Interface type.",
        ),
        (B.TYPE_REMOVED_FROM_UNION, UNION % "B | C", UNION % "B", "`C` was removed from union type `U`."),
        (
            B.VALUE_REMOVED_FROM_ENUM,
            ENUM % 'RED GREY @deprecated(reason: "Remove after 2026-01-01; use E.RED.")',
            ENUM % "RED",
            "Enum value `E.GREY` was removed. Use `E.RED`.",
        ),
        (
            B.REQUIRED_INPUT_FIELD_ADDED,
            INPUT % ("", ""),
            INPUT % ("", "y: Int!"),
            "A required field `I.y` was added.",
        ),
        (
            B.IMPLEMENTED_INTERFACE_REMOVED,
            FACE % " implements N",
            FACE % "",
            "`A` no longer implements interface `N`.",
        ),
        (B.FIELD_REMOVED, "type Query { a: Int b: Int }", "type Query { a: Int }", "Field `Query.b` was removed."),
        (
            B.FIELD_CHANGED_KIND,
            "type Query { a: [Int!]! }",
            "type Query { a: [Int!] }",
            "Field `Query.a` changed type from `[Int!]!` to `[Int!]`.",
        ),
        (
            B.REQUIRED_ARG_ADDED,
            "type Query { a: Int }",
            "type Query { a(b: Int!): Int }",
            "A required argument `Query.a(b:)` was added.",
        ),
        (
            B.ARG_REMOVED,
            "type Query { a(b: Int): Int }",
            "type Query { a: Int }",
            "Argument `Query.a(b:)` was removed.",
        ),
        (
            B.ARG_CHANGED_KIND,
            "type Query { a(b: Int): Int }",
            "type Query { a(b: Int!): Int }",
            "Argument `Query.a(b:)` has changed type from `Int` to `Int!`.",
        ),
        (B.DIRECTIVE_REMOVED, DIRECTIVE % " on FIELD", "type Query { a: Int }", "Directive `@d` was removed."),
        (
            B.DIRECTIVE_ARG_REMOVED,
            DIRECTIVE % "(a: Int) on FIELD",
            DIRECTIVE % " on FIELD",
            "Argument `@d(a:)` was removed.",
        ),
        (
            B.REQUIRED_DIRECTIVE_ARG_ADDED,
            DIRECTIVE % " on FIELD",
            DIRECTIVE % "(a: Int!) on FIELD",
            "A required argument `@d(a:)` was added.",
        ),
        (
            B.DIRECTIVE_REPEATABLE_REMOVED,
            DIRECTIVE % " repeatable on FIELD",
            DIRECTIVE % " on FIELD",
            "Repeatable flag was removed from `@d`.",
        ),
        (
            B.DIRECTIVE_LOCATION_REMOVED,
            DIRECTIVE % " on FIELD | QUERY",
            DIRECTIVE % " on FIELD",
            "QUERY was removed from `@d`.",
        ),
        (
            Other.ONE_OF_ADDED,
            INPUT % ("", ""),
            INPUT % (" @oneOf", ""),
            "`I` takes exactly one of its fields from now on.",
        ),
    ],
    Level.DANGEROUS: [
        (
            D.VALUE_ADDED_TO_ENUM,
            ENUM % "RED",
            ENUM % 'RED "Of  a\\n fog." GREY',
            "Enum value `E.GREY` was added. Of a fog.",
        ),
        (D.TYPE_ADDED_TO_UNION, UNION % "B", UNION % "B | C", "`C` was added to union type `U`."),
        (
            D.OPTIONAL_INPUT_FIELD_ADDED,
            INPUT % ("", ""),
            INPUT % ("", '"How many." y: Int'),
            "An optional field `I.y` was added. How many.",
        ),
        (
            D.OPTIONAL_ARG_ADDED,
            "type Query { a: Int }",
            "type Query { a(b: Int): Int }",
            "An optional argument `Query.a(b:)` was added.",
        ),
        (
            D.IMPLEMENTED_INTERFACE_ADDED,
            FACE % "",
            FACE % " implements N",
            "`N` added to interfaces implemented by `A`.",
        ),
        (
            D.ARG_DEFAULT_VALUE_CHANGE,
            "type Query { a(b: [Int] = [1, 2]): Int }",
            "type Query { a(b: [Int] = []): Int }",
            "`Query.a(b:)` has changed default from `[1, 2]` to `[]`.",
        ),
        (
            D.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
            INPUT % ("", "y: Int = 1"),
            INPUT % ("", "y: Int"),
            "`I.y` default was removed.",
        ),
        (
            Other.SCALAR_RESPECIFIED,
            SCALAR % ' @specifiedBy(url: "https://a.example")',
            SCALAR % ' @specifiedBy(url: "https://b.example")',
            "`Url` is specified by https://b.example from now on.",
        ),
    ],
    Level.DEPRECATED: [
        (
            Other.DEPRECATED,
            "type Query { a: Int b: Int }",
            'type Query { a: Int @deprecated(reason: "Remove after 2027-06-01; use Query.b.") b: Int }',
            "`Query.a` is deprecated. Remove after 2027-06-01; use Query.b.",
        ),
        (
            Other.DEPRECATED_OTHERWISE,
            'type Query { a: Int @deprecated(reason: "Soon.") }',
            'type Query { a: Int @deprecated(reason: "Later,\\n  or never.") }',
            "`Query.a` stays deprecated. Later, or never.",
        ),
    ],
    Level.SAFE: [
        (
            Other.DEPRECATED_NO_MORE,
            ENUM % "RED GREY @deprecated",
            ENUM % "RED GREY",
            "`E.GREY` is deprecated no more.",
        ),
        (
            Other.ONE_OF_REMOVED,
            INPUT % (" @oneOf", ""),
            INPUT % ("", ""),
            "`I` takes more than one of its fields from now on.",
        ),
        (
            S.TYPE_ADDED,
            "type Query { a: Int } interface N { x: Int }",
            'type Query { a: Int } interface N { x: Int } "A person." type A implements N { x: Int }',
            "`A` was added. A person.",
        ),
        (S.DIRECTIVE_ADDED, "type Query { a: Int }", DIRECTIVE % " on FIELD", "Directive `@d` was added."),
        (
            S.FIELD_ADDED,
            "type Query { a: Int }",
            'type Query { a: Int "Bees." b: Int }',
            "Field `Query.b` was added. Bees.",
        ),
        (
            S.DIRECTIVE_REPEATABLE_ADDED,
            DIRECTIVE % " on FIELD",
            DIRECTIVE % " repeatable on FIELD",
            "Repeatable flag was added to `@d`.",
        ),
        (
            S.DIRECTIVE_LOCATION_ADDED,
            DIRECTIVE % " on FIELD",
            DIRECTIVE % " on FIELD | FRAGMENT_SPREAD",
            "FRAGMENT_SPREAD was added to `@d`.",
        ),
        (
            S.OPTIONAL_DIRECTIVE_ARG_ADDED,
            DIRECTIVE % " on FIELD",
            DIRECTIVE % "(a: Int) on FIELD",
            "An optional argument `@d(a:)` was added.",
        ),
        (
            S.FIELD_CHANGED_KIND_SAFE,
            "type Query { a: Int }",
            "type Query { a: Int! }",
            "Field `Query.a` changed type from `Int` to `Int!`.",
        ),
        (
            S.ARG_CHANGED_KIND_SAFE,
            "type Query { a(b: Int!): Int }",
            "type Query { a(b: Int): Int }",
            "Argument `Query.a(b:)` has changed type from `Int!` to `Int`.",
        ),
        (
            S.ARG_DEFAULT_VALUE_ADDED,
            "type Query { a(b: Int): Int }",
            "type Query { a(b: Int = 1): Int }",
            "`Query.a(b:)` added a default 1.",
        ),
        (
            S.INPUT_FIELD_DEFAULT_VALUE_ADDED,
            INPUT % ("", "y: Int"),
            INPUT % ("", "y: Int = 1"),
            "`I.y` added a default 1.",
        ),
    ],
}


def pair(before: str, after: str) -> tuple[GraphQLSchema, GraphQLSchema]:
    return build_schema(before), build_schema(after)


ALL = [(level, *case) for level, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(
    ("level", "kind", "before", "after", "sentence"), ALL, ids=[kind.name for _, kind, *_ in ALL]
)
def test_tells_of_each_kind_of_change(level: Level, kind: Kind, before: str, after: str, sentence: str) -> None:
    (change,) = (each for each in changes(*pair(before, after)) if each.kind is kind)
    assert (change.level, change.sentence) == (level, sentence)
    assert change.coordinate == sentence.split("`")[1]


def test_no_kind_of_change_is_left_out() -> None:
    # The second and third are what the library calls dangerous instead.
    untold = {S.DESCRIPTION_CHANGED, S.OPTIONAL_ARG_ADDED, S.OPTIONAL_INPUT_FIELD_ADDED}
    assert {kind for _, kind, *_ in ALL} == {*B, *D, *S, *Other} - untold


def test_a_schema_has_not_changed_from_itself() -> None:
    ours = pair(sdl(), sdl())
    assert (changes(*ours), lines([], *ours)) == ([], [])


def test_lines_tell_the_gravest_first_and_words_by_their_number() -> None:
    before, after = pair(
        'type Query { "One." a: Int "Two." b: Int c: Int d: E } enum E { X }',
        'type Query { "1." a: Int "2." b: Int d: E aa: Int @deprecated(reason: "Why.") } enum E { X Y }',
    )
    assert lines(changes(before, after), before, after) == [
        "**Breaking.** Field `Query.c` was removed.",
        "**Dangerous.** Enum value `E.Y` was added.",
        "**Deprecated.** `Query.aa` is deprecated. Why.",
        "**Safe.** Field `Query.aa` was added.",
        "**Safe.** 2 descriptions are worded anew.",
    ]


def test_the_library_s_own_scalars_come_and_go_untold() -> None:
    found = changes(*pair("type Query { a: Int }", "type Query { a: Float }"))
    assert [each.kind for each in found] == [B.FIELD_CHANGED_KIND]
