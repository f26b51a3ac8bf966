"""How an executor's answer to a case differs from graphql-core's, in words."""

from collections.abc import Iterator

from graphql import execute as core

from tests.engine.execution.answers import Answer, Execute, Fault, Positions, answer, every_fault
from tests.engine.execution.cases import Case


async def differences(case: Case, execute: Execute) -> list[str]:
    """Nothing, if the answers are as good as equal: of several errors that make the same null, any will do."""
    expected = await answer(case, core)
    try:
        given = await answer(case, execute)
    except Exception as error:
        return [f"raised {error!r}"]
    found = [*_in_data(expected, given), *_in_turns(expected, given)]
    if given.is_at_once != expected.is_at_once and not case.is_async:
        found.append(f"at once: {given.is_at_once}")
    if given.faults != expected.faults:
        found += await _in_faults(case, expected.faults, given.faults)
    return found


def _in_data(expected: Answer, given: Answer) -> Iterator[str]:
    if given.data != expected.data:
        yield f"data {given.data} instead of {expected.data}"


def _in_turns(expected: Answer, given: Answer) -> Iterator[str]:
    """Mutations run one after the other; what a null made needless may still be under way."""
    wanted, turns = expected.roots_in_turn, given.roots_in_turn
    if expected.faults:
        wanted, turns = list(dict.fromkeys(wanted)), list(dict.fromkeys(turns))
    if turns != wanted:
        yield f"mutations in turn {turns} instead of {wanted}"


async def _in_faults(case: Case, expected: list[Fault], given: list[Fault]) -> list[str]:
    if any(fault.path is None for fault in expected):
        return [f"errors {given} instead of {expected}"]
    return list(_among(await every_fault(case), given, Positions(case.question.kinds)))


def _among(every: list[Fault], given: list[Fault], positions: Positions) -> Iterator[str]:
    unheard_of = [fault for fault in given if fault not in every]
    if unheard_of:
        yield f"errors that nobody made: {unheard_of}"
    wanted, told = ({positions.nulled_by(fault) for fault in positions.outermost(each)} for each in (every, given))
    if told != wanted:
        yield f"errors for the nulls at {sorted(told, key=str)} instead of {sorted(wanted, key=str)}"
    if len(set(given)) < len(given):
        yield f"an error twice: {given}"
