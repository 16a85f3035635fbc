"""Keys, the records that publish them, and the signatures that they make."""

import base64
import json
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey
from mcp_static.model.errors import InputError, SignatureError
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import Namespace, parse_name
from mcp_static.model.status import StatusFile
from mcp_static.proofs.domains import candidate_domains, is_domain
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
    claims_problem,
    is_made_by,
    publish_claims,
    read_publish_signature,
    read_status_signature,
    sign_publish,
    sign_status,
    status_claims,
)

ALGORITHMS: tuple[Algorithm, ...] = ("ed25519", "ecdsap384")
KEYS: dict[str, PrivateKey] = {algorithm: new_private_key(algorithm) for algorithm in ALGORITHMS}
GOOD = key_of(KEYS["ed25519"]).record
P = GOOD.rpartition("p=")[2]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_record_is_read_back(algorithm: str) -> None:
    key = key_of(KEYS[algorithm])
    found = read_records(["v=spf1 -all", key.record])
    assert (found.keys, found.faults) == ((key,), ())


@pytest.mark.parametrize(
    "text",
    [
        "v=MCPv1;k=ed25519;p=<P>",
        "v=MCPv1;  k=ed25519;\tp=<P>",
        "before v=MCPv1; k=ed25519; p=<P>; after",
        '"v=MCPv1; k=ed25519; p=<P>"',
    ],
)
def test_records_are_read_as_generously_as_the_official_registry_reads_them(text: str) -> None:
    assert read_records([text.replace("<P>", P)]).keys == (key_of(KEYS["ed25519"]),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v=MCPv1; p=<P>; k=ed25519", "is not `v=MCPv1"),
        ("v=MCPv1 ; k=ed25519; p=<P>", "is not `v=MCPv1"),
        ("v=MCPv1; k=ed25519; p= <P>", "is not `v=MCPv1"),
        ("v=MCPv1; k=ED25519; p=<P>", "neither"),
        ("v=MCPv1; k=ed25519 ; p=<P>", "neither"),
        ("v=MCPv1; k=rsa; p=<P>", "neither"),
        ("v=MCPv1; k=ed25519; p=AAAA", "32 bytes"),
        ("v=MCPv1; k=ed25519; p=A", "not base64"),
        ("v=MCPv1; k=ecdsap384; p=<P>", "49 bytes"),
        ("v=MCPv1; k=ecdsap384; p=" + base64.b64encode(b"\x02" + b"\xff" * 48).decode(), "not a point"),
        ("v=MCPv1; k=ecdsap384; p=" + base64.b64encode(b"\x04" + b"\x01" * 48).decode(), "not a point"),
        ("v=MCPv1; k=ed25519; p=AA_-AA==", "32 bytes|base64"),
    ],
)  # fmt: skip
def test_a_record_that_is_none_is_told_and_hides_no_other(text: str, message: str) -> None:
    found = read_records([text.replace("<P>", P), GOOD])
    assert found.keys == (key_of(KEYS["ed25519"]),)
    assert any(word in found.faults[0] for word in message.split("|"))


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_text_breaks_the_reading_of_records(texts: list[str]) -> None:
    read_records([f"v=MCPv1{text}" for text in texts] + texts)


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    write_private_key(path, KEYS["ed25519"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="is there already"):
        write_private_key(path, KEYS["ecdsap384"])
    assert key_of(read_private_key(path)) == key_of(KEYS["ed25519"])


@pytest.mark.integration
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_keys_of_the_official_instructions_are_read(algorithm: str, tmp_path: Path) -> None:
    """Keys made with openssl as the official guide says, as PEM and as the digits it extracts."""
    assert shutil.which("openssl"), "openssl is not installed"
    kind = (
        ["-algorithm", "Ed25519"]
        if algorithm == "ed25519"
        else ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp384r1"]
    )
    pem = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", *kind, "-out", str(pem)], check=True, capture_output=True)
    text = subprocess.run(
        ["openssl", "pkey", "-in", str(pem), "-noout", "-text"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    digits = "".join(text.partition("priv:")[2].partition("pub:")[0].split()).replace(":", "")
    (tmp_path / "digits").write_text(digits + "\n")
    key = key_of(read_private_key(pem))
    assert key.algorithm == algorithm
    assert key_of(read_private_key(tmp_path / "digits")) == key
    assert read_records([key.record]).keys == (key,)


@pytest.mark.parametrize("content", [b"", b"garbage", b"12" * 20, b"00" * 48])
def test_what_is_no_key_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InputError, match="no private key"):
        read_private_key(tmp_path / "key")
    with pytest.raises(InputError, match="cannot be read"):
        read_private_key(tmp_path / "absent")


NAME = parse_name("com.example/weather")
CLAIMS = publish_claims(NAME, "1.0.0", b"content", "https://r.example")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_names_its_key_and_holds_for_no_other(algorithm: str) -> None:
    signature = read_publish_signature(sign_publish(CLAIMS, KEYS[algorithm]))
    assert signature.fingerprint == key_of(KEYS[algorithm]).fingerprint
    assert is_made_by(signature, key_of(KEYS[algorithm]))
    for other in (*map(new_private_key, ALGORITHMS), *(KEYS[a] for a in ALGORITHMS if a != algorithm)):
        assert not is_made_by(signature, key_of(other))
    assert claims_problem(signature, CLAIMS, time.time()) is None


@pytest.mark.parametrize(
    "other",
    [
        publish_claims(parse_name("com.example/other"), "1.0.0", b"content", "https://r.example"),
        publish_claims(NAME, "1.0.1", b"content", "https://r.example"),
        publish_claims(NAME, "1.0.0", b"other", "https://r.example"),
        publish_claims(NAME, "1.0.0", b"content", "https://other.example"),
    ],
)
def test_a_copied_signature_proves_nothing_else(other: dict[str, str | int]) -> None:
    signature = read_publish_signature(sign_publish(CLAIMS, KEYS["ed25519"]))
    assert "the signature is for" in (claims_problem(signature, other, time.time()) or "")


@pytest.mark.parametrize(("signed", "proposed"), [(b"{\r\n}", b"{\n}"), (b"{\n}", b"{\r\n}")])
def test_a_signature_of_other_line_ends_is_told_apart(signed: bytes, proposed: bytes) -> None:
    claims = publish_claims(NAME, "1.0.0", signed, "https://r.example")
    signature = read_publish_signature(sign_publish(claims, KEYS["ed25519"]))
    wanted = publish_claims(NAME, "1.0.0", proposed, "https://r.example")
    assert "line" in (claims_problem(signature, wanted, time.time(), content=proposed) or "")
    assert "line" not in (claims_problem(signature, wanted, time.time(), content=b"other") or "")


def test_a_signature_of_tomorrow_is_refused() -> None:
    signature = read_publish_signature(sign_publish(CLAIMS, KEYS["ed25519"]))
    assert "future" in (claims_problem(signature, CLAIMS, time.time() - 1000) or "")


@given(st.data())
def test_no_changed_signature_holds(data: st.DataObject) -> None:
    document = json.loads(sign_publish(CLAIMS, KEYS["ed25519"]))
    part = data.draw(st.sampled_from(sorted(document)))
    raw = bytearray(base64.urlsafe_b64decode(document[part] + "=="))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    document[part] = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    try:
        signature = read_publish_signature(json.dumps(document).encode())
    except SignatureError:
        return
    assert not is_made_by(signature, key_of(KEYS["ed25519"]))


def forged(header: dict[str, Any], key: Any, algorithm: str) -> bytes:
    payload = json.dumps({**CLAIMS, "iat": int(time.time())})
    return json.dumps(
        jws.serialize_json({"protected": header}, payload, key, algorithms=[algorithm])
    ).encode()


@pytest.mark.filterwarnings("ignore")
def test_algorithms_cannot_be_confused() -> None:
    key = key_of(KEYS["ed25519"])
    secret = OctKey.import_key(key.raw)
    header = {"alg": "HS256", "typ": "mcp-publish+jws", "kid": key.fingerprint}
    with pytest.raises(SignatureError):
        read_publish_signature(forged(header, secret, "HS256"))
    good = json.loads(sign_publish(CLAIMS, KEYS["ed25519"]))
    changes: tuple[dict[str, Any], ...] = (
        {"alg": "none"},
        {"alg": "ES384"},
        {"typ": "mcp-status+jws"},
        {"jwk": {}},
        {"crit": ["x"]},
    )
    for change in changes:
        head = {"alg": "Ed25519", "typ": "mcp-publish+jws", "kid": key.fingerprint, **change}
        coded = base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
        try:
            signature = read_publish_signature(json.dumps({**good, "protected": coded}).encode())
        except SignatureError:
            continue
        assert not is_made_by(signature, key)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'{"payload":1,"protected":"","signature":""}', b"x" * 9000]
)
def test_what_is_no_signature_is_told(content: bytes) -> None:
    with pytest.raises(SignatureError):
        read_publish_signature(content)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_status_is_signed_down_to_what_it_replaces(algorithm: str) -> None:
    file = StatusFile(status=Status.DELETED, statusMessage="Gone", replaces="0" * 64)
    claims = status_claims(NAME, "1.0.0", file, "https://r.example")
    signature = read_status_signature(sign_status(claims, KEYS[algorithm]))
    assert is_made_by(signature, key_of(KEYS[algorithm]))
    assert claims_problem(signature, claims, time.time()) is None
    for change in (
        {"status": Status.ACTIVE},
        {"status_message": None},
        {"replaces": None},
        {"replaces": "1" * 64},
    ):
        other = status_claims(NAME, "1.0.0", file.model_copy(update=change), "https://r.example")
        assert claims_problem(signature, other, time.time())
    with pytest.raises(SignatureError):
        read_status_signature(json.loads(sign_publish(CLAIMS, KEYS[algorithm]))["payload"])


@pytest.mark.parametrize(
    ("namespace", "domains"),
    [
        ("com.example", ("example.com",)),
        ("com.example.api.v1", ("v1.api.example.com", "api.example.com", "example.com")),
        ("COM.Example", ("example.com",)),
        ("uk.co", ()),
        ("uk.co.example", ("example.co.uk",)),
        ("com", ()),
        ("io.github", ()),
        ("app.vercel.alice", ("alice.vercel.app",)),
        ("internal.corp", ("corp.internal",)),
        ("1.0.0.10", ()),
        ("8.example", ()),
        ("com." + "x" * 64, ()),
    ],
)
def test_keys_speak_up_to_the_registrable_domain(namespace: str, domains: tuple[str, ...]) -> None:
    assert candidate_domains(Namespace(namespace)) == domains


_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@given(st.lists(_LABEL, min_size=1, max_size=5))
def test_every_candidate_covers_the_domain_and_can_be_owned(labels: list[str]) -> None:
    domain = ".".join(reversed(labels))
    for candidate in candidate_domains(Namespace(".".join(labels))):
        assert domain == candidate or domain.endswith(f".{candidate}")
        assert is_domain(candidate)


def test_accounts_of_forges_are_no_domains() -> None:
    for text in ("io.github.alice", "IO.GitHub.alice", "io.gitlab.skyteam", "io.github"):
        assert not Namespace(text).is_of_a_domain
    assert Namespace("io.githubby.alice").is_of_a_domain
