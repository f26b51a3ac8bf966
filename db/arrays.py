"""Many values handed to one statement as an array, so that its text is the same for any number of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, SQLColumnExpression, any_, literal


def array(values: Iterable[int]) -> ColumnElement[Any]:
    return literal(list(values), ARRAY(BigInteger))


def among(key: SQLColumnExpression[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    return key == any_(array(ids))
