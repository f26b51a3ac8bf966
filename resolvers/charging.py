"""The gate that charges an operation: its price, its calls of limited fields and itself, in one round trip."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final

from graphql import GraphQLSchema

from db.buckets import Charge, Limit
from engine.pipeline import Answer, Asked
from engine.refusals import bad_request
from resolvers import excess
from resolvers.limits import Per, RateLimit, who
from schema.context import Context, Points
from schema.errors import rate_limited

# In points; a page of a feed is about 50. A bucket is full again after 50 s; behind an address may be many people.
PERSON: Final = Limit(5_000, 50)
ADDRESS: Final = Limit(10_000, 50)
REQUESTS: Final = Limit(300, 60)

# What asks for a password or a token, or sends a letter: no alias makes a thousand tries of one request.
_ONCE: Final = frozenset(
    {
        "login",
        "register",
        "refreshSession",
        "cancelDeletion",
        "changePassword",
        "completeSignIn",
        "confirmIdentity",
        "confirmTotp",
        "deleteAccount",
        "linkIdentity",
        "removeTotp",
        "replaceRecoveryCodes",
        "signInWithPasskey",
        "signInWithProvider",
        "requestPasswordReset",
        "resetPassword",
        "requestEmailVerification",
        "verifyEmail",
        "changeEmail",
    }
)
_REFUNDS: Final = 10_000


class Charging:
    """What an answer cost less than it was priced is given back with the next charge: no call of its own."""

    def __init__(self, limits: Mapping[str, RateLimit], *, requests: Limit = REQUESTS) -> None:
        self._limits = limits
        self._requests = requests
        self._refunds: OrderedDict[str, int] = OrderedDict()

    async def charge(self, asked: Asked, context: Context) -> None:
        """The gate; refuses with `RATE_LIMITED` where one of the buckets has no room."""
        for name, number in asked.operation.roots.items():
            if number > 1 and name in _ONCE:
                raise bad_request(f"Ask for `{name}` once in an operation.")
        person, address = who(context, Per.VIEWER), who(context, Per.ADDRESS)
        price = 0 if asked.is_dry_run else asked.amount.cost
        paid = [self._payment(address, ADDRESS, price)]
        if person != address:
            paid.insert(0, self._payment(person, PERSON, price))
        charges = [*paid, Charge(f"requests:{person}", self._requests)]
        if not asked.is_dry_run and not self._limits.keys().isdisjoint(asked.operation.roots):
            charges += self._calls(asked, context)
        verdict = await context.services.buckets.take(charges)
        context.points = Points(asked.amount, [each.key for each in paid], verdict)
        if not verdict.allowed:
            for each in paid:
                self._owe(each.key, price - each.cost)
            await excess.note_of(context, verdict)
            raise rate_limited(verdict.retry_after)

    def _payment(self, whose: str, limit: Limit, price: int) -> Charge:
        """Less what is owed to them."""
        key = f"cost:{whose}"
        return Charge(key, limit, price - self._refunds.pop(key, 0))

    def _calls(self, asked: Asked, context: Context) -> list[Charge]:
        """Of limited fields: those that share a bucket are counted together."""
        calls: Counter[Charge] = Counter()
        for name, number in asked.operation.roots.items():
            if limit := self._limits.get(name):
                calls.update(dict.fromkeys(limit.charges(context), number))
        return [charge._replace(cost=number) for charge, number in calls.items()]

    def settle(self, _: GraphQLSchema, asked: Asked, answer: Answer, context: Context) -> None:
        """After the answer: what it did not cost is owed back to whoever was charged, what it cost more is due."""
        spared = asked.amount.cost - answer.cost
        if context.points is None or spared == 0:
            return
        for key in context.points.keys:
            self._owe(key, spared)

    def _owe(self, key: str, points: int) -> None:
        self._refunds[key] = self._refunds.pop(key, 0) + points
        if len(self._refunds) > _REFUNDS:
            self._refunds.popitem(last=False)
