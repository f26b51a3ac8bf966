"""Access tokens: nothing but what we issue is read, whoever forged it and however."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.tokens import InvalidToken, TokenError, new_refresh_token
from tests.auth.forgery import ADA, AUDIENCE, HEADER, ISSUER, MISSING, SESSION, TOKENS, claims, encoded, forged


def test_the_forgery_that_the_other_tests_vary_is_read_unchanged() -> None:
    assert TOKENS.read(forged(HEADER, claims())).user_id == ADA


ATTACKS = {
    "no algorithm": forged({**HEADER, "alg": "none"}, claims()),
    "no algorithm, oddly written": forged({**HEADER, "alg": "nOnE"}, claims()),
    "another algorithm, truly signed": forged({**HEADER, "alg": "HS512"}, claims(), digest="sha512"),
    "an asymmetric algorithm": forged({**HEADER, "alg": "RS256"}, claims()),
    "its own key in the header": forged(
        {**HEADER, "jwk": {"kty": "oct", "k": encoded(b"e" * 32)}}, claims(), b"e" * 32
    ),
    "a key elsewhere": forged({**HEADER, "jku": "https://eve.example/jwks"}, claims(), b"e" * 32),
    "a certificate elsewhere": forged({**HEADER, "x5u": "https://eve.example/cert"}, claims()),
    "a key id that is a path": forged({**HEADER, "kid": "../../../dev/null"}, claims(), b""),
    "a key id that is a statement": forged({**HEADER, "kid": "x' UNION SELECT 'k"}, claims(), b"k"),
    "a key id nobody has": forged({**HEADER, "kid": "2026-c"}, claims()),
    "a key id that is a number": forged({**HEADER, "kid": 1}, claims()),
    "a key id that is a list": forged({**HEADER, "kid": ["2026-b"]}, claims()),
    "no key id": forged({"alg": "HS256", "typ": "at+jwt"}, claims()),
    "the other key's id": forged({**HEADER, "kid": "2026-a"}, claims()),
    "the type of an identity token": forged({**HEADER, "typ": "JWT"}, claims()),
    "no type": forged({"alg": "HS256", "kid": "2026-b"}, claims()),
    "a critical extension": forged({**HEADER, "crit": ["exp"], "exp": 1}, claims()),
    "a detached payload": forged({**HEADER, "b64": False, "crit": ["b64"]}, claims()),
    "an unencoded payload": forged({**HEADER, "b64": False}, claims()),
    "a blank key": forged(HEADER, claims(), b""),
    "a stranger's key": forged(HEADER, claims(), b"e" * 32),
    "a null signature": forged(HEADER, claims()).rpartition(".")[0] + "." + encoded(bytes(32)),
    "no signature": forged(HEADER, claims()).rpartition(".")[0] + ".",
    "two parts": forged(HEADER, claims()).rpartition(".")[0],
    "four parts": forged(HEADER, claims()) + ".x",
    "padding": forged(HEADER, claims()) + "=",
    "a line break": forged(HEADER, claims()) + "\n",
    "a space in front": " " + forged(HEADER, claims()),
    "a payload that is a list": forged(HEADER, "[]"),
    "a payload that is null": forged(HEADER, "null"),
    "a payload that is no JSON": forged(HEADER, "{"),
    "a payload of deep nesting": forged(HEADER, "[" * 2500),
    "a payload that is no UTF-8": forged(HEADER, '{"sub": "\udcff"}'),
    "more than 4 KiB": forged(HEADER, claims(more="x" * 3000)),
    "a refresh token": new_refresh_token(),
}


@pytest.mark.parametrize("token", ATTACKS.values(), ids=ATTACKS.keys())
def test_refuses_a_forgery(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(token)


def test_a_token_of_just_four_kibibytes_is_read() -> None:
    empty = len(forged(HEADER, claims(more="")))
    token = forged(HEADER, claims(more="x" * ((4096 - empty) * 3 // 4)))
    assert 4093 <= len(token) <= 4096
    assert TOKENS.read(token).user_id == ADA


BAD_IDS: list[object] = [
    *(
        MISSING,
        None,
        True,
        1,
        1.5,
        -1,
        [],
        {},
        ["1"],
        "",
        "0",
        "-1",
        "+1",
        "01",
        "1.0",
        "1e3",
        " 1",
        "1\n",
        "1_0",
    ),
    *("٣", "abc", "9223372036854775808", "9" * 19, "9" * 1000),
]
BAD_TIMES: list[object] = [
    MISSING,
    None,
    True,
    "soon",
    "",
    [],
    {},
    1e400,
    float("nan"),
    10**400,
    -(10**400),
    1.5,
    253402300800,
]
BAD_VALUES: dict[str, list[object]] = {
    "sub": BAD_IDS,
    "sid": BAD_IDS,
    "iat": BAD_TIMES,
    "exp": BAD_TIMES,
    "nbf": ["later", [], float("inf"), 253402300800],
    "iss": [MISSING, None, "", 1, True, ISSUER + "/", ISSUER[:-1], [ISSUER], {ISSUER: 1}],
    "aud": [MISSING, None, "", 1, True, "Plaza", "plaz", [AUDIENCE], {AUDIENCE: 1}],
    "jti": [MISSING, None, 1, True, []],
}


@pytest.mark.parametrize(
    ("claim", "value"), [(claim, value) for claim, values in BAD_VALUES.items() for value in values]
)
def test_refuses_a_claim_that_we_would_not_write(claim: str, value: object) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(forged(HEADER, claims(**{claim: value})))


@pytest.mark.parametrize(
    ("claim", "seconds", "kind"),
    [
        ("exp", 500, str),
        ("exp", 500, float),
        ("exp", 601, int),
        ("exp", 0, int),
        ("exp", -5, int),
        ("iat", -5, str),
        ("iat", -5, float),
        ("iat", -100, int),
        ("iat", 40, int),
        ("nbf", 40, int),
    ],
)
def test_refuses_a_time_of_another_kind_and_a_life_of_another_length(claim: str, seconds: int, kind: type) -> None:
    good = claims()
    with pytest.raises(InvalidToken):
        TOKENS.read(forged(HEADER, {**good, claim: kind(good["iat"] + seconds)}))


def test_the_largest_row_id_is_still_an_id() -> None:
    token = forged(HEADER, claims(sub=str(2**63 - 1), sid="1"))
    assert (TOKENS.read(token).user_id, TOKENS.read(token).session_id) == (2**63 - 1, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
CLAIM = st.sampled_from(["iss", "aud", "sub", "sid", "jti", "iat", "exp", "nbf"])


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True))
def test_any_string_is_refused_as_a_token_and_raises_nothing_else(text: str) -> None:
    for candidate in (text, forged(HEADER, claims()).partition(".")[0] + text):
        with pytest.raises(InvalidToken):
            TOKENS.read(candidate)


@given(st.dictionaries(CLAIM, JSON))
def test_any_signed_claims_are_read_or_refused_and_raise_nothing_else(changes: dict[str, object]) -> None:
    try:
        read = TOKENS.read(forged(HEADER, claims(**changes)))
    except TokenError:
        return
    said = {**claims(), **changes}
    assert (str(read.user_id), str(read.session_id)) == (said["sub"], said["sid"])


@given(st.data())
def test_a_token_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    token = TOKENS.issue(ADA, SESSION).token
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    with pytest.raises(InvalidToken):
        TOKENS.read(token[:place] + other + token[place + 1 :])
