"""What a domain's key signs: a JSON Web Signature (RFC 7515) over one publish or one status.

The signature names the server, the version, the registry and the time, and binds the content by its
hash, so that a copied one proves nothing else. The JOSE library takes long to load, and most checks
meet no signature, so it is loaded where it is used.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mcp_static.model.errors import SignatureError
from mcp_static.model.line_ends import with_other_ends
from mcp_static.model.names import ServerName
from mcp_static.model.status import StatusFile
from mcp_static.model.times import SECONDS_A_DAY
from mcp_static.proofs.keys import DomainKey, PrivateKey, PublicKey, key_of

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey

PUBLISH_TYPE: Final = "mcp-publish+jws"
STATUS_TYPE: Final = "mcp-status+jws"
_ALGORITHMS: Final = {"ed25519": "Ed25519", "ecdsap384": "ES384"}
_MAX_SIGNATURE: Final = 8 * 1024
_MAX_SIGNATURES: Final = 4
_PARTS: Final = ("protected", "signature")
MAX_AGE: Final = 7 * SECONDS_A_DAY
"""Seconds between the making of a signature and its arrival."""
_OTHER_ENDS: Final = (
    "the signature is for the same lines with other ends: a copy with CRLF was signed or proposed, and "
    "Git has LF. `mcp-static sign` and `publish` take what Git would commit"
)
_AHEAD: Final = 300
"""Seconds that an author's clock may be ahead."""

Claims = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it was submitted, and the fingerprint of the key that its maker says made it.

    `others` are signatures by further keys over the same claims.
    """

    text: bytes | str
    type: str
    algorithm: str
    fingerprint: str
    claims: dict[str, Any]
    others: tuple["Signature", ...] = ()

    @property
    def all(self) -> tuple["Signature", ...]:
        """This one, and the others."""
        return (self, *self.others)


def publish_claims(name: ServerName, version: str, content: bytes, registry: str) -> Claims:
    """What the signature of a publish says; `content` is the whole `server.json`."""
    return {
        "name": str(name),
        "version": version,
        "sha256": hashlib.sha256(content).hexdigest(),
        "registry": registry,
    }


def status_claims(name: ServerName, version: str, file: StatusFile, registry: str) -> Claims:
    """What the signature of a status says, down to the file that it replaces."""
    return {
        "name": str(name),
        "version": version,
        "status": file.status.value,
        "statusMessage": file.status_message or "",
        "replaces": file.replaces or "",
        "registry": registry,
    }


def sign_publish(claims: Claims, private: PrivateKey, previous: PrivateKey | None = None) -> bytes:
    """A `proof.json`: the flattened JSON serialization, or with a `previous` key the general one."""
    header, payload = _material(claims, private, PUBLISH_TYPE)
    made: Mapping[str, Any] = _signed(header, payload, private)
    if previous is not None:
        old_header, _ = _material(claims, previous, PUBLISH_TYPE)
        signatures = [made, _signed(old_header, payload, previous)]
        made = {
            "payload": made["payload"],
            "signatures": [{part: one[part] for part in _PARTS} for one in signatures],
        }
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _signed(header: dict[str, Any], payload: bytes, private: PrivateKey) -> Mapping[str, Any]:
    from joserfc import jws

    key = _library_key(private)
    return dict(jws.serialize_json({"protected": header}, payload, key, algorithms=[header["alg"]]))


def sign_status(claims: Claims, private: PrivateKey) -> str:
    """The member `proof` of a `status.json`: the compact serialization."""
    from joserfc import jws

    header, payload = _material(claims, private, STATUS_TYPE)
    return jws.serialize_compact(header, payload, _library_key(private), algorithms=[header["alg"]])


def _material(claims: Claims, private: PrivateKey, kind: str) -> tuple[dict[str, Any], bytes]:
    key = key_of(private)
    header = {"alg": _ALGORITHMS[key.algorithm], "typ": kind, "kid": key.fingerprint}
    return header, orjson.dumps({"iat": int(time.time()), **claims})


def read_publish_signature(content: bytes) -> Signature:
    """Read a `proof.json`, without believing it; raises SignatureError."""
    try:
        document = orjson.loads(content) if len(content) <= _MAX_SIGNATURE else None
    except orjson.JSONDecodeError:
        document = None
    made = _signatures_in(document)
    if made is None:
        raise SignatureError("proof.json is not a JWS with payload, protected and signature")
    if not all(isinstance(part, str) for parts in made for part in parts):
        raise SignatureError("proof.json has a part that is not text")
    first, *others = (_read(".".join(parts), PUBLISH_TYPE) for parts in made)
    return replace(first, others=tuple(others))


def _signatures_in(document: Any) -> list[tuple[Any, Any, Any]] | None:
    """The signatures of a JWS in JSON, flattened or general, each as protected, payload, signature."""
    if not isinstance(document, dict):
        return None
    if set(document) == {"payload", *_PARTS}:
        return [(document["protected"], document["payload"], document["signature"])]
    signatures = document.get("signatures")
    if set(document) != {"payload", "signatures"} or not isinstance(signatures, list):
        return None
    if not 1 <= len(signatures) <= _MAX_SIGNATURES:
        return None
    if not all(isinstance(one, dict) and set(one) == set(_PARTS) for one in signatures):
        return None
    return [(one["protected"], document["payload"], one["signature"]) for one in signatures]


def read_status_signature(text: str) -> Signature:
    """Read the member `proof` of a `status.json`, without believing it; raises SignatureError."""
    return _read(text, STATUS_TYPE)


def _read(compact: str, kind: str) -> Signature:
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        found = jws.extract_compact(compact.encode())
        header: Any = found.protected  # any JSON with `alg` in it
        claims = orjson.loads(found.payload)
    except (JoseError, ValueError, UnicodeError):
        raise SignatureError("the signature is not a JWS") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise SignatureError("the signature has no statement")
    if header.get("typ") != kind or header.get("alg") not in _ALGORITHMS.values() or len(header) != 3:
        raise SignatureError(f"the signature is not of the type {kind}")
    return Signature(compact, kind, str(header["alg"]), str(header.get("kid"))[:64], claims)


def is_made_by(signature: Signature, key: DomainKey) -> bool:
    """Whether this very key made the signature."""
    from joserfc import jws
    from joserfc.errors import JoseError

    if signature.algorithm != _ALGORITHMS[key.algorithm]:
        return False
    try:
        jws.deserialize_compact(
            signature.text, _library_key(key.public), algorithms=[signature.algorithm]
        )
    except (JoseError, ValueError):
        return False
    return True


def claims_problem(
    signature: Signature,
    expected: Claims,
    now: float,
    arrived: float | None = None,
    content: bytes = b"",
) -> str | None:
    """Say where a signature is about something else; None if it is about exactly this.

    `arrived` is when it was submitted, in seconds since 1970: one that was made long before is refused,
    so that a leaked or forgotten one cannot be used forever. `content` is the signed file, if it is at
    hand: a signature of the same lines with other ends is told apart.
    """
    for claim, value in expected.items():
        said = signature.claims.get(claim)
        if said != value:
            if claim == "sha256" and said == hashlib.sha256(with_other_ends(content)).hexdigest():
                return _OTHER_ENDS
            return f"the signature is for {claim} {str(said)[:100]!r}, not {value!r}"
    made = signature.claims.get("iat")
    if not isinstance(made, int) or isinstance(made, bool):
        return "the signature does not say when it was made"
    if made > now + _AHEAD:
        return "the signature is dated in the future"
    if arrived is not None and made < arrived - MAX_AGE:
        return f"the signature was made more than {MAX_AGE // SECONDS_A_DAY} days before it was brought"
    return None


def _library_key(key: PrivateKey | PublicKey) -> "OKPKey | ECKey":
    """The same key for the JOSE library."""
    from joserfc.jwk import ECKey, OKPKey

    if isinstance(key, Ed25519PrivateKey | Ed25519PublicKey):
        return OKPKey(key, key)
    return ECKey(key, key)
