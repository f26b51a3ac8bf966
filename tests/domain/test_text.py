"""Text: what is cleaned, what is refused, what is blank, and that cleaning once is enough."""

import sys
import unicodedata

import pytest
from hypothesis import given

from domain.text import UnsafeText, clean, is_blank
from tests.domain.strategies import ANY_TEXT

A_CONTROL, A_SURROGATE = "a control character", "half of a surrogate pair"
NO_CHARACTER, A_PILE = "a noncharacter", "a letter with more than 4 combining marks"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text",
        "two\nlines\tand a tab",
        "Zażółć gęślą jaźń",
        "שָׁלוֹם",
        "नमस्ते",
        "👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f 1\ufe0f\u20e3",
        "x\u0334\u0335\u0332\u0333",
        "\u200eleft-to-right mark",
        "private \ue000 use",
    ],
)
def test_leaves_good_text_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("two\r\nlines\r\n", "two\nlines\n"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u212b", "\u00c5"),
        (f"user{BIDI}name", "username"),
        ("e\u202e\u0301", "\u00e9"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001f3f4"),
        ("\U000e0000hidden\U000e0001", "hidden"),
    ],
)
def test_cleans_what_reads_other_than_it_is_written(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nul \0", A_CONTROL),
        ("bell \x07", A_CONTROL),
        ("vertical \x0b tab", A_CONTROL),
        ("a lone \r return", A_CONTROL),
        ("a half \r\r\n break", A_CONTROL),
        ("escape \x1b[31m", A_CONTROL),
        ("delete \x7f", A_CONTROL),
        ("next line \x85", A_CONTROL),
        ("\x9f", A_CONTROL),
        ("\ud800", A_SURROGATE),
        ("low \udfff", A_SURROGATE),
        ("\ude00\ud83d", A_SURROGATE),
        ("\ufdd0", NO_CHARACTER),
        ("\ufdef", NO_CHARACTER),
        ("\ufffe", NO_CHARACTER),
        ("\U0001ffff", NO_CHARACTER),
        ("\U0010fffe", NO_CHARACTER),
        ("Z" + "\u0334\u0335\u0336\u0337\u0338", A_PILE),
        ("\u0334" * 5, A_PILE),
        ("Z\u0334\u0335\u0336\u200d\u0337\u0338", A_PILE),
        ("Z\u0334\u0335\u202e\u0336\u0337\u0338", A_PILE),
        ("Z" + "\u20dd" * 5, A_PILE),
        ("Z" + "\ufe0f" * 5, A_PILE),
    ],
)
def test_refuses_what_is_no_text(text: str, reason: str) -> None:
    with pytest.raises(UnsafeText) as refusal:
        clean(text)
    assert refusal.value.reason == reason


def test_marks_are_counted_for_each_letter_and_after_composition() -> None:
    assert clean("a\u0334\u0335\u0336\u0337b\u0334") == "a\u0334\u0335\u0336\u0337b\u0334"
    assert clean("e\u0301\u0323\u0334\u0335\u0336") == "\u1eb9\u0334\u0335\u0336\u0301"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more_and_what_is_clean_can_be_stored(text: str) -> None:
    try:
        cleaned = clean(text)
    except UnsafeText:
        return
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.encode().decode() == cleaned
    assert "\0" not in cleaned


def test_every_code_point_is_kept_composed_stripped_or_refused() -> None:
    refused = stripped = 0
    for code in range(sys.maxunicode + 1):
        try:
            stripped += clean(chr(code)) == ""
        except UnsafeText:
            refused += 1
    assert refused == 63 + 2048 + 66  # C0 and C1 with DEL less \n and \t, surrogates, noncharacters
    assert stripped == 9 + 128


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\t\u00a0\u2003\u3000\u2028",
        "\u200b\u200c\u200d\ufeff\u2060",
        "\u3164",
        "\u115f\u1160\uffa0",
        "\u2800\u2800",
        "\u00ad\u034f\u061c\u180e",
        "\ufe0f",
        "\u0301",
        "\u2065\ufff0\U0001d159\U000e01ef\U000e0fff",
    ],
)
def test_text_without_anything_to_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", " . ", "\u3164.", "👍", "⠁", "한", "a\u0301", "\ue000", "\U0001fae9", "\u0903"]
)
def test_text_with_something_to_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@given(ANY_TEXT)
def test_one_letter_is_enough_for_any_text_to_be_seen(text: str) -> None:
    assert not is_blank(text + "x")
