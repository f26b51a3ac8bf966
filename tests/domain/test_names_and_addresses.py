"""Usernames, e-mail addresses and links: which are taken, and what is said of the others."""

import pytest
from hypothesis import given

from domain.text import email_problem, https_url_problem, normal_email, username_problem
from tests.domain.strategies import ANY_TEXT

BAD_NAME = "Use 3 to 30 letters a to z, digits and underscores."
BAD_EMAIL = "Write an e-mail address such as ada@example.org."
LONG_EMAIL = "Use an e-mail address of at most 254 characters, 64 before the @."
BAD_LINK = "Write a whole link that starts with https://."
ODD_LINK = "Write the link in ASCII without spaces, as browsers copy it."
LONG_LINK = "Use a link of at most 2048 characters."


@pytest.mark.parametrize("name", ["ada", "Ada_Lovelace", "a" * 30, "___", "123", "adminton", "theadmin"])
def test_takes_a_username(name: str) -> None:
    assert username_problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ad",
        "a" * 31,
        "ada\n",
        "ada lovelace",
        "ada-l",
        "ada.l",
        "adä",
        "\u212aelvin",
        "\u017fam",
        "\u0430da",
        "\uff11\uff12\uff13",
        "a\0b",
    ],
)
def test_refuses_a_username_of_other_letters_or_length(name: str) -> None:
    assert username_problem(name) == BAD_NAME


@pytest.mark.parametrize(
    "name",
    [
        *(
            "admin",
            "Administrator",
            "MODERATOR",
            "mod",
            "support",
            "root",
            "system",
            "plaza",
            "staff",
            "security",
        ),
        *(
            "official",
            "everyone",
            "here",
            "all",
            "null",
            "undefined",
            "you",
            "api",
            "graphql",
            "graphiql",
            "about",
        ),
        *("login", "logout", "register", "settings", "search", "explore", "home", "help"),
    ],
)
def test_refuses_a_username_that_would_pass_for_us_or_for_a_page(name: str) -> None:
    assert username_problem(name) == "This name is reserved."


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "Ada.Lovelace+plaza@Mail.Example.ORG",
        "o'hara@example.co.uk",
        "a@b.co",
        "ada@xn--bcher-kva.example",
        "ada@example.xn--p1ai",
        "x" * 64 + "@example.org",
        "a@" + ".".join(["x" * 61] * 4) + ".info",
    ],
)
def test_takes_an_address(address: str) -> None:
    assert email_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@@example.org",
        "ada@eve@example.org",
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "ada@example.org\n",
        "ada\0@example.org",
        "ada@.org",
        "ada@example..org",
        "ada@example.org.",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exa_mple.org",
        "ada@" + "x" * 64 + ".org",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "ada@bücher.example",
        "ädä@example.org",
        "\u017fam@example.org",
        '"ada"@example.org',
        "Ada <ada@example.org>",
        "ada@example.org,eve@example.org",
    ],
)
def test_refuses_what_is_no_address(address: str) -> None:
    assert email_problem(address) == BAD_EMAIL


@pytest.mark.parametrize("address", ["x" * 65 + "@example.org", "a@" + ".".join(["x" * 61] * 4) + ".museum"])
def test_refuses_an_address_that_mail_cannot_carry(address: str) -> None:
    assert email_problem(address) == LONG_EMAIL


def test_an_address_is_stored_with_its_domain_in_lower_case() -> None:
    assert normal_email("Ada.Lovelace@Mail.Example.ORG") == "Ada.Lovelace@mail.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "HTTPS://Example.org:8443/a/b?c=d&e=%20#f",
        "https://example.org./",
        "https://xn--bcher-kva.example/K%C3%B6ln_(Stadt)",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://example.org/@ada?mail=ada@example.org",
        "https://example.org/" + "x" * 2028,
    ],
)
def test_takes_a_link(url: str) -> None:
    assert https_url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", ODD_LINK),
        ("https://example.org/a b", ODD_LINK),
        ("https://example.org/\n", ODD_LINK),
        ("java\tscript:alert(1)", ODD_LINK),
        ("https://example.org\\@eve.example", ODD_LINK),
        ("https://example.org/<script>", ODD_LINK),
        ('https://example.org/"onload=', ODD_LINK),
        ("https://bücher.example", ODD_LINK),
        ("https://example.org/\ud800", ODD_LINK),
        ("https://ⓔxample.org", ODD_LINK),
        ("example.org", BAD_LINK),
        ("//example.org", BAD_LINK),
        ("https:example.org", BAD_LINK),
        ("https:///path", BAD_LINK),
        ("http://example.org", BAD_LINK),
        ("javascript://example.org/%0aalert(1)", BAD_LINK),
        ("data:text/html,x", BAD_LINK),
        ("https://ada:secret@example.org", BAD_LINK),
        ("https://example.org@eve.example", BAD_LINK),
        ("https://@example.org", BAD_LINK),
        ("https://example..org", BAD_LINK),
        ("https://-example.org", BAD_LINK),
        ("https://example%2eorg", BAD_LINK),
        ("https://example.org:port", BAD_LINK),
        ("https://example.org:99999", BAD_LINK),
        ("https://[2001:db8::1", BAD_LINK),
        ("https://[example.org]", BAD_LINK),
        ("https://example.org/" + "x" * 2029, LONG_LINK),
    ],
)
def test_refuses_what_is_no_link(url: str, problem: str) -> None:
    assert https_url_problem(url) == problem


def test_a_link_may_have_any_of_the_schemes_it_is_given() -> None:
    schemes = ("https", "http")
    assert https_url_problem("http://localhost:8000/avatar.png", schemes=schemes) is None
    assert https_url_problem("ftp://example.org", schemes=schemes) == (
        "Write a whole link that starts with https:// or http://."
    )


@given(ANY_TEXT)
def test_any_string_is_judged_and_what_passes_is_printable_ascii(text: str) -> None:
    verdicts = {
        text: [username_problem(text), email_problem(text), https_url_problem(text)],
        f"https://{text}": [https_url_problem(f"https://{text}")],
        f"{text}@example.org": [email_problem(f"{text}@example.org")],
    }
    for judged, problems in verdicts.items():
        if None in problems:
            assert judged.isascii()
            assert judged.isprintable()
