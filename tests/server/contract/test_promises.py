"""What may leave a released schema and when; and that whatever may not is refused with what to do instead."""

from datetime import date

import pytest
from graphql import build_schema

from server.contract.announcements import NOTICE, earliest, misannounced
from server.contract.changes import changes
from server.contract.promises import Promises

TODAY = date(2027, 3, 2)
PAST = '@deprecated(reason: "Remove after 2027-03-01; use Query.x.")'
LAST_DAY = '@deprecated(reason: "Remove after 2027-03-02; use Query.x.")'
UNDATED = '@deprecated(reason: "Do not.")'

ENUM = "type Query { x: E } enum E { A B %s }"
ARGUMENT = "type Query { x(a: Int, b: Int %s): Int }"
INPUT = "type Query { x(i: I): Int } input I { a: Int b: Int %s }"
DIRECTIVE = "type Query { x: Int } directive @d(a: Int %s) on FIELD"
POLL = """
type Query { x: Int node: Node poll: Poll %s }
type Mutation { x: Int poll(input: PollInput!): PollResult %s }
input PollInput { kind: Kind }
enum Kind { ONE }
union PollResult = Poll
interface Node { id: ID }
type User implements Node { id: ID }
"""
NO_POLL = """
type Query { x: Int node: Node }
type Mutation { x: Int }
interface Node { id: ID }
type User implements Node { id: ID }
"""


def problems(released: str, current: str, today: date = TODAY) -> list[str]:
    old, new = build_schema(released), build_schema(current)
    promises = Promises(old, "1.2.0", today)
    return [problem for change in changes(old, new) if (problem := promises.broken(change))]


@pytest.mark.parametrize(
    ("released", "current"),
    [
        ("type Query { x: Int y: Int %s }", "type Query { x: Int }"),
        (ENUM, "type Query { x: E } enum E { A }"),
        (ARGUMENT, "type Query { x(a: Int): Int }"),
        (INPUT, "type Query { x(i: I): Int } input I { a: Int }"),
        (DIRECTIVE, "type Query { x: Int } directive @d on FIELD"),
    ],
)
def test_a_part_leaves_on_the_day_after_the_one_that_was_announced(released: str, current: str) -> None:
    assert problems(released % PAST, current) == []
    (too_early,) = problems(released % LAST_DAY, current)
    assert too_early.endswith("1.2.0 promises it until 2027-03-02. Put it back until then.")
    for unannounced in ("", UNDATED):
        (untold,) = problems(released % unannounced, current)
        assert 'Put it back with the deprecation_reason "Remove after 2027-09-01; use ….", release that' in untold


def test_a_field_that_has_run_out_takes_its_arguments_along_and_may_lose_them_first() -> None:
    released = f"type Query {{ x: Int y(a: Int): Int {PAST} }}"
    assert problems(released, "type Query { x: Int }") == []
    assert problems(released, f"type Query {{ x: Int y: Int {PAST} }}") == []


@pytest.mark.parametrize(
    ("before", "after", "advice"),
    [
        ("type Query { x: Int }", "type Query { x: String }", "Keep it as it was, add a new one beside it"),
        ("type Query { x(a: Int): Int }", "type Query { x(a: ID): Int }", "Keep it as it was, add a new one"),
        ("type Query { x: Int }", "type Query { x(a: Int!): Int }", "make it nullable or give it a default"),
        (INPUT % "", INPUT % "c: Int!", "make it nullable or give it a default"),
        ("type Query { x: A } type A { a: Int }", "type Query { x: A } enum A { B }", "another name"),
        (DIRECTIVE % "", DIRECTIVE % "" + " directive @e on FIELD", None),
        (DIRECTIVE % "", "type Query { x: Int }", "no longer be valid: put it back"),
        (DIRECTIVE % "", DIRECTIVE % ", b: Int!", "make it nullable or give it a default"),
        (
            "type Query { x(i: I): Int } input I { a: Int }",
            "type Query { x(i: I): Int } input I @oneOf { a: Int }",
            "make a new input type",
        ),
    ],
)
def test_what_breaks_without_leaving_is_never_allowed(before: str, after: str, advice: str | None) -> None:
    found = problems(before, after)
    assert [advice in each for each in found] == [True] if advice else found == []


def test_a_type_never_changes_though_its_field_has_run_out() -> None:
    assert len(problems(f"type Query {{ x: Int y: Int {PAST} }}", "type Query { x: Int y: ID }")) == 1


def test_a_type_leaves_with_the_last_field_that_leads_to_it() -> None:
    poll = "type Poll { votes: Int }"
    assert problems(POLL % (PAST, PAST) + poll, NO_POLL) == []
    found = problems(POLL % (PAST, LAST_DAY) + poll, NO_POLL)
    assert [each.split(" 1.2.0")[0] for each in found] == [
        "`Kind` was removed.",
        "Field `Mutation.poll` was removed. Use `Query.x`.",
        "`Poll` was removed.",
        "`PollInput` was removed.",
        "`PollResult` was removed.",
    ]
    assert "1.2.0 still leads to it by `Mutation.poll(input:)`." in found[3]


def test_a_type_behind_an_interface_leaves_once_all_its_own_fields_have_run_out() -> None:
    poll = "type Poll implements Node { id: ID votes: Int %s }"
    assert problems(POLL % (PAST, PAST) + poll % PAST, NO_POLL) == []
    (problem,) = problems(POLL % (PAST, PAST) + poll % "", NO_POLL)
    assert problem.startswith("`Poll` was removed. 1.2.0 still leads to it by `Node`.")


@pytest.mark.parametrize(("deprecation", "is_allowed"), [(PAST, True), (LAST_DAY, False), ("", False)])
def test_a_union_s_member_leaves_once_all_its_fields_have_run_out(deprecation: str, is_allowed: bool) -> None:
    released = f"type Query {{ x: U }} union U = A | B type A {{ a: Int }} type B {{ b: Int {deprecation} }}"
    found = problems(released, "type Query { x: U } union U = A type A { a: Int }")
    assert (found == []) is is_allowed
    if not is_allowed:
        assert "`B` was removed from union type `U`." in " ".join(found)


def test_an_interface_stays_while_it_is_led_to() -> None:
    released = "type Query { x: A n: N %s } interface N { a: Int } type A implements N { a: Int }"
    current = "type Query { x: A n: N } interface N { a: Int } type A { a: Int }"
    assert len(problems(released % "", current)) == 1
    # Every `A` still is one to whoever asks for `... on N`.
    assert len(problems(released % PAST, current)) == 1


def test_safe_and_dangerous_changes_break_no_promise() -> None:
    assert problems(ENUM % "", (ENUM % "C").replace("x: E", "x(a: Int): E y: Int")) == []


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 25), date(2027, 6, 1)),
        (date(2026, 11, 30), date(2027, 6, 1)),
        (date(2026, 12, 1), date(2027, 7, 1)),
        (date(2026, 6, 20), date(2027, 1, 1)),
    ],
)
def test_the_earliest_day_is_the_first_of_a_month_after_half_a_year(today: date, day: date) -> None:
    assert earliest(today) == day
    assert NOTICE.days == 183


def announced(reason: str, *, today: date = date(2026, 11, 25), before: str | None = None) -> list[str]:
    schema = (
        'type Query { x: Int old: Int @deprecated(reason: "Remove after 2030-01-01; use Query.x.") y: Int %s }'
    )
    released = build_schema(schema % (f'@deprecated(reason: "{before}")' if before else ""))
    return list(misannounced(released, build_schema(schema % f'@deprecated(reason: "{reason}")'), today))


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("Remove after 2027-06-01; use Query.x.", None),
        ("Slow. Remove after 2027-05-27; use Query.x.", None),
        ("Remove after 2027-05-26; use Query.x.", 'less than 183 days: write "Remove after 2027-06-01; …"'),
        (
            "Remove after 2027-06-01; use Query.z.",
            "names `Query.z` to use instead, which the schema does not have",
        ),
        ("Remove after 2027-06-01; use Nobody.z.", "names `Nobody.z` to use instead, which the schema does not"),
        (
            "Remove after 2027-06-01; use Query.old.",
            "names `Query.old` to use instead, which is deprecated itself",
        ),
        ("No longer supported", 'must end like "Remove after 2027-06-01; use User.name."'),
    ],
)
def test_a_new_deprecation_names_a_day_far_enough_and_something_to_use(reason: str, problem: str | None) -> None:
    found = announced(reason)
    assert [problem in each and "`Query.y`" in each for each in found] == [True] if problem else found == []


def test_an_announced_day_may_be_moved_later_and_not_sooner() -> None:
    before = "Remove after 2027-06-01; use Query.x."
    late = date(2027, 5, 31)
    assert announced(before, before=before, today=late) == []
    assert announced("Remove after 2027-07-01; use Query.x.", before=before, today=late) == []
    (problem,) = announced("Remove after 2027-05-31; use Query.x.", before=before, today=late)
    assert problem == "`Query.y` was promised until 2027-06-01: it can stay longer, not shorter."
