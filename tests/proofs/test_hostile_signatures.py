"""Signatures, keys and domains against what nobody sane would write: no input breaks their reading."""

import base64
import json
import os
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mcp_static.model.errors import InputError, SignatureError
from mcp_static.model.names import Namespace, name_problem
from mcp_static.proofs.domains import candidate_domains
from mcp_static.proofs.keys import (
    Algorithm,
    PrivateKey,
    key_of,
    new_private_key,
    read_private_key,
    read_records,
    write_private_key,
)
from mcp_static.proofs.signatures import (
    Signature,
    claims_problem,
    is_made_by,
    read_status_signature,
    sign_status,
)
from publicsuffixlist import PublicSuffixList

ALGORITHMS: tuple[Algorithm, ...] = ("ed25519", "ecdsap384")
KEYS: dict[str, PrivateKey] = {algorithm: new_private_key(algorithm) for algorithm in ALGORITHMS}
SUFFIXES = PublicSuffixList()
HEADER = {"alg": "Ed25519", "typ": "mcp-status+jws", "kid": "x"}


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def attempt(text: str) -> bool:
    """Whether a text is a signature by one of our keys; anything else it may be is told."""
    try:
        signature = read_status_signature(text)
    except SignatureError:
        return False
    return any(is_made_by(signature, key_of(key)) for key in KEYS.values())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(_JSON | st.just(HEADER) | _JSON.map(lambda it: {**HEADER, "kid": it}), _JSON)
@example({**HEADER, "alg": {}}, {})
@example({**HEADER, "alg": None}, {})
def test_no_header_or_payload_breaks_the_reading(header: object, payload: object) -> None:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), bytes(64))
    assert not attempt(".".join(map(coded, parts)))


@pytest.mark.parametrize("header", ['["alg"]', '"alg"'])
def test_a_header_that_only_mentions_an_algorithm_is_none(header: str) -> None:
    assert not attempt(".".join(map(coded, (header.encode(), b"{}", bytes(64)))))


@pytest.mark.parametrize("depth", [100, 900, 1100, 2500])
def test_no_depth_breaks_the_reading(depth: int) -> None:
    for deep in (b"[" * depth, b"[" * depth + b"]" * depth, b'{"alg":' * (depth // 5)):
        assert not attempt(".".join(map(coded, (deep, b"{}", bytes(64)))))
        assert not attempt(".".join(map(coded, (json.dumps(HEADER).encode(), deep, bytes(64)))))


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
@example("..")
@example("\ud800.e30.AA")
def test_no_text_is_a_signature(text: str) -> None:
    assert not attempt(text)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_any_bit_of_the_text_counts(algorithm: str) -> None:
    """Also those that base64 leaves over: one signature is not to have two spellings."""
    made = sign_status({"name": "com.example/a"}, KEYS[algorithm])
    assert attempt(made)
    kept = [
        (place, bit)
        for place, letter in enumerate(made)
        for bit in range(7)
        if attempt(made[:place] + chr(ord(letter) ^ 1 << bit) + made[place + 1 :])
    ]
    assert kept == []


@pytest.mark.parametrize("addition", ["=", "==", "\n", " ", "A", "!", "é"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nothing_may_be_added_to_a_signature(addition: str, algorithm: str) -> None:
    made = sign_status({"name": "com.example/a"}, KEYS[algorithm])
    assert not attempt(made + addition)
    assert not attempt(addition + made)
    assert not attempt(made[:-9] + addition + made[-9:])


@pytest.mark.parametrize("made", [None, "0", 1.5, True, [], -(10**30), 10**30])
def test_a_signature_says_when_it_was_made(made: object) -> None:
    signature = Signature("", "", "Ed25519", "", {"name": "a", "iat": made})
    problem = claims_problem(signature, {"name": "a"}, time.time())
    assert (problem is None) == (made == -(10**30))


def test_a_clock_may_be_five_minutes_ahead() -> None:
    signature = Signature("", "", "Ed25519", "", {"iat": 1_000_300})
    assert claims_problem(signature, {}, 1_000_000) is None
    assert "future" in (claims_problem(signature, {}, 999_999) or "")


@given(st.integers(min_value=0, max_value=2**384 - 1), st.sampled_from((2, 3)))
def test_a_point_is_taken_as_it_was_published_or_not_at_all(x: int, sign: int) -> None:
    raw = bytes([sign]) + x.to_bytes(48)
    found = read_records([f"v=MCPv1; k=ecdsap384; p={base64.b64encode(raw).decode()}"])
    assert len(found.keys) + len(found.faults) == 1
    assert all(key.raw == raw and key.public for key in found.keys)


def test_many_records_are_read_once_and_not_without_end() -> None:
    records = [key_of(new_private_key("ed25519")).record for _ in range(60)]
    assert len(read_records(records).keys) == 50
    assert len(read_records([records[0]] * 9).keys) == 1


_NONE = NoEncryption()


@pytest.mark.parametrize(
    ("key", "encryption", "message"),
    [
        (ec.generate_private_key(ec.SECP256R1()), _NONE, "another kind"),
        (rsa.generate_private_key(65537, 2048), _NONE, "another kind"),
        (ed25519.Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret"), "no private key"),
    ],
    ids=["P-256", "RSA", "encrypted"],
)
def test_a_key_of_another_kind_is_told(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    encryption: KeySerializationEncryption,
    message: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    with pytest.raises(InputError, match=message):
        read_private_key(path)


def test_a_key_file_is_private_whatever_the_mask_and_never_written_through_a_link(
    tmp_path: Path,
) -> None:
    mask = os.umask(0)
    try:
        write_private_key(tmp_path / "key", KEYS["ed25519"])
    finally:
        os.umask(mask)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="there already"):
        write_private_key(tmp_path / "link", KEYS["ed25519"])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("namespace", "domains"),
    [
        ("uk.co.example.b.a", ("a.b.example.co.uk", "b.example.co.uk", "example.co.uk")),
        ("io.github.alice", ("alice.github.io",)),
        ("dev.pages", ()),
        ("cn.xn--55qx5d", ()),
        ("cn.xn--55qx5d.foo", ("foo.xn--55qx5d.cn",)),
        ("ck.www", ("www.ck",)),
        ("ck.foo", ()),
        ("ck.foo.bar", ("bar.foo.ck",)),
        ("jp.kobe.city", ("city.kobe.jp",)),
        ("jp.kobe.x", ()),
        ("com..example", ()),
        ("localhost", ()),
    ],
)
def test_exceptions_and_wildcards_of_the_list_of_suffixes_count(
    namespace: str, domains: tuple[str, ...]
) -> None:
    assert candidate_domains(Namespace(namespace)) == domains


_LABEL = st.from_regex(r"[A-Za-z0-9-]{0,6}", fullmatch=True) | st.sampled_from(
    ("com", "co", "uk", "UK", "github", "io", "ck", "www", "kobe", "jp", "pages", "dev", "xn--55qx5d")
)


@given(st.lists(_LABEL, min_size=1, max_size=6))
def test_no_key_speaks_for_a_public_suffix(labels: list[str]) -> None:
    namespace = Namespace(".".join(labels))
    assume(not name_problem(f"{namespace}/server"))
    domain = namespace.domain
    candidates = candidate_domains(namespace)
    assert candidates == () or candidates[0] == domain
    for candidate in candidates:
        assert f".{domain}".endswith(f".{candidate}")
        assert not SUFFIXES.is_public(candidate)
