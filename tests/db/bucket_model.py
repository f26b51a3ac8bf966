"""The plain idea of a bucket, and calls that whatever judges buckets has to answer as it does."""

from collections.abc import Sequence

from hypothesis import strategies as st

from db.buckets import Limit

KEYS = st.sampled_from("abc")
# Whole seconds, for keys expire by the server's own clock: a debt outlives the example that made it.
LIMITS = {"a": Limit(1, 5), "b": Limit(3, 6), "c": Limit(10, 100)}
CALLS = st.lists(
    st.tuples(st.integers(0, 20), st.lists(KEYS, min_size=1, max_size=3, unique=True), st.integers(-4, 11)),
    min_size=1,
    max_size=25,
)


class Model:
    """The plain idea: each bucket leaks one microsecond of debt a microsecond."""

    def __init__(self) -> None:
        self.now = 0
        self.debts = dict.fromkeys(LIMITS, 0)

    def pass_time(self, microseconds: int) -> None:
        self.now += microseconds
        self.debts = {key: max(0, debt - microseconds) for key, debt in self.debts.items()}

    def take(self, keys: Sequence[str], cost: int) -> list[int]:
        wanted = {key: max(0, self.debts[key] + cost * LIMITS[key].step) for key in keys}
        missing = [wanted[key] - LIMITS[key].window for key in keys]
        if max(missing) > 0:
            return [max(missing), *(self.debts[key] for key in keys)]
        self.debts |= wanted
        return [0, *wanted.values()]
