"""Devices: what they and their networks are called."""

import pytest

from domain.places import UNKNOWN, named, neighbourhood

_MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{_MOZILLA} (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (
            f"{_MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Mobile Safari on iOS",
        ),
        (
            f"{_MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
            "Safari/537.36",
            "Chrome on Windows",
        ),
        ("curl/8.1", "curl"),
        ("", UNKNOWN),
        ("x" * 400, UNKNOWN),
        ("<script>", UNKNOWN),
    ],
)
def test_a_device_is_called_by_browser_and_system(user_agent: str, name: str) -> None:
    assert named(user_agent) == name


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        (None, None),
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
    ],
)
def test_an_address_is_told_without_its_last_part(ip: str | None, network: str | None) -> None:
    assert neighbourhood(ip) == network
