"""Whom a limit counts as one client."""

import pytest

from resolvers.limits import client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_counts_with_its_whole_network(address: str | None, network: str) -> None:
    assert client_network(address) == network
