"""Names that clients give themselves: those that are known keep their places, whatever is made up."""

from engine.clients import MOST_KNOWN, MOST_STRANGERS, OTHERS, Client, Kind, Use, Uses

SHOP = Client("shop", "1.0")
HOUR = 3600.0


def made_up(number: int) -> Client:
    return Client(f"made-up-{number}")


def names(uses: Uses) -> set[str]:
    return {use.client.name for use, count in uses.totals.items() if count}


def flood(uses: Uses, kind: Kind, number: int = 1_000) -> None:
    for each in range(number):
        uses.count(made_up(each), kind)


def test_names_that_are_made_up_leave_places_for_clients_of_trusted_operations() -> None:
    uses = Uses()
    flood(uses, Kind.AD_HOC)
    uses.count(SHOP, Kind.TRUSTED)
    uses.count(SHOP, Kind.REFUSED)
    assert uses.totals[Use(SHOP, Kind.TRUSTED)] == uses.totals[Use(SHOP, Kind.REFUSED)] == 1
    assert len(names(uses)) == MOST_STRANGERS + 2
    assert uses.totals[Use(OTHERS, Kind.AD_HOC)] == 1_000 - MOST_STRANGERS


def test_a_client_that_becomes_known_leaves_its_place_among_the_strangers() -> None:
    uses = Uses()
    uses.count(SHOP, Kind.AD_HOC)
    uses.count(SHOP, Kind.TRUSTED)
    flood(uses, Kind.AD_HOC, MOST_STRANGERS)
    assert OTHERS.name not in names(uses)
    assert uses.totals[Use(SHOP, Kind.AD_HOC)] == 1


def test_there_are_never_more_names_than_places() -> None:
    uses = Uses()
    flood(uses, Kind.TRUSTED)
    assert len(names(uses)) == MOST_KNOWN + MOST_STRANGERS + 1
    assert sum(uses.totals.values()) == 1_000


def test_who_was_not_heard_of_for_an_hour_makes_room_and_is_counted_among_the_others() -> None:
    now = 0.0
    uses = Uses(clock=lambda: now)
    flood(uses, Kind.AD_HOC, MOST_STRANGERS)
    now = HOUR - 1
    uses.count(made_up(0), Kind.AD_HOC)
    uses.count(SHOP, Kind.AD_HOC)
    assert SHOP.name not in names(uses)
    now = HOUR
    uses.count(SHOP, Kind.AD_HOC)
    assert {SHOP.name, made_up(0).name} <= names(uses)
    assert made_up(1).name not in names(uses)
    assert uses.totals[Use(OTHERS, Kind.AD_HOC)] == 2
    assert sum(uses.totals.values()) == MOST_STRANGERS + 3


def test_clients_without_a_name_always_have_a_place() -> None:
    uses = Uses()
    flood(uses, Kind.AD_HOC)
    uses.count(Client(), Kind.AD_HOC)
    assert uses.totals[Use(Client(), Kind.AD_HOC)] == 1
