"""Secrets that were left in a server.json, where everybody can read them.

The forms of tokens: the documentation of the services that give them out (GitHub's and GitLab's token
prefixes, OpenAI, Anthropic, AWS, Google, Slack, Stripe, npm, PyPI and others) or, where that is silent,
the rules of github.com/gitleaks/gitleaks (`config/gitleaks.toml`); RFC 7519, RFC 7468.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.model.reading import every_value
from mcp_static.model.strictjson import child_path
from mcp_static.rules.rule import Applies, Breach, Record, Rule

_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,}|gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20,}"
    r"|sk-(?:ant|proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9_]{32,}|[sr]k_live_[A-Za-z0-9]{20,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])|AIza[A-Za-z0-9_-]{35}"
    r"|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,}|hvs\.[A-Za-z0-9_-]{24,}|dckr_pat_[A-Za-z0-9_-]{27,}"
    r"|SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
    r"|do[opr]_v1_[a-f0-9]{64}|glsa_[A-Za-z0-9_]{32,}|lin_api_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{40,}"
    r"|figd_[A-Za-z0-9_-]{30,}|tvly-[A-Za-z0-9-]{20,}|pplx-[A-Za-z0-9]{32,}|gsk_[A-Za-z0-9]{40,}"
    r"|xai-[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{30,}|fc-[a-f0-9]{32}(?![A-Za-z0-9])|sntry[su]_[A-Za-z0-9+/=_]{40,}"
    r"|ATATT3[A-Za-z0-9_=-]{40,}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|oy2[a-z0-9]{43}(?![A-Za-z0-9])"
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,}|hf_[A-Za-z0-9]{30,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----)"
)
_NAME: Final = re.compile(
    r"api[_-]?key|secret|password|passwd|token|private[_-]?key|credential", re.IGNORECASE
)
_OF_A_SECRET: Final = re.compile(
    r"(?:.*[_-]|.*(?-i:[a-z](?=[A-Z])))?"
    r"(?:(?:api|access|private|secret|auth|client|license|subscription|signing|encryption)[_-]?key|secret|password|passwd|pwd"
    r"|token|credentials?|authorization)(?:[_-]?\d+)?",
    re.IGNORECASE,
)
"""Names whose last word says that the value is a secret: `API_TOKEN`, not `TOKEN_URL`."""
_QUERY: Final = re.compile(r"[?&](?P<name>[^=&#]+)=(?P<value>[^&#]+)")
_LOGIN: Final = re.compile(r"Basic\s+(?P<login>[A-Za-z0-9+/]{8,}={0,2})", re.IGNORECASE)
_MADE_UP: Final = re.compile(r"x{6}|\*{3}|\.{3}|\u2026|<|\{|your|example|placeholder", re.IGNORECASE)
_RANDOM: Final = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{20,}")
"""A word of letters and digits that is too long for people to have made it up."""
_LONGEST_NAME: Final = 200
_ADVICE: Final = (
    "Remove it, and revoke it where it was given out: whoever has seen the file knows it. A user's own "
    "key is a variable with `isSecret`."
)


def looks_like_a_secret(key: str, value: Any) -> str:
    """Why a value may be a secret: a clause for a message, or an empty text.

    By its form, or, for a field that nobody knows, by its name or that of a field in it.
    """
    for path, part in every_value(value, key):
        if not isinstance(part, str) or not part:
            continue
        name = re.split(r"[.\[]", path)[-1]
        if _is_token(part) or (_NAME.search(name) and not _MADE_UP.search(part)):
            return "what it holds looks like a secret, which has to be revoked once anybody has seen it"
    return ""


def _is_token(text: str) -> bool:
    match = _TOKEN.search(text)
    return match is not None and not _MADE_UP.search(match[0]) and len(set(match[0])) > 8


def _secrets(record: Record) -> Iterator[Breach]:
    for path, value in every_value(record.document):
        if isinstance(value, str) and _is_token(value):
            yield Breach(path, "holds what looks like a secret")
        elif isinstance(value, str) and (name := _secret_in_query(value)):
            yield Breach(path, f"holds what looks like a secret, as {name[:60]!r}")
        elif isinstance(value, dict) and (key := _gives_a_secret_away(value)):
            yield Breach(child_path(path, key), "is the same for everybody, and looks like a secret")


def _secret_in_query(text: str) -> str:
    """The parameter of an address that holds a secret; empty if none does."""
    if not text.startswith(("https://", "http://")):
        return ""
    for match in _QUERY.finditer(text):
        name = match["name"]
        is_for_a_secret = name == "key" or _OF_A_SECRET.fullmatch(name[:_LONGEST_NAME])
        if is_for_a_secret and _is_random(match["value"]):
            return name
    return ""


def _gives_a_secret_away(part: dict[str, Any]) -> str:
    """The member of an input for a secret that gives everybody the same one; empty if none does."""
    name = part.get("name")
    is_for_a_secret = part.get("isSecret") is True or (
        isinstance(name, str) and len(name) <= _LONGEST_NAME and _OF_A_SECRET.fullmatch(name)
    )
    if is_for_a_secret:
        for key in ("value", "default"):
            value = part.get(key)
            if isinstance(value, str) and not _is_token(value) and _is_random(value):
                return key
    return ""


def _is_random(value: str) -> bool:
    """Whether people cannot have made up a value as an example, or it is a login in Base64."""
    if _MADE_UP.search(value):
        return False
    return _RANDOM.search(value) is not None or _is_login(value)


def _is_login(value: str) -> bool:
    match = _LOGIN.fullmatch(value.strip())
    if match is None:
        return False
    try:
        return b":" in base64.b64decode(match["login"], validate=True)
    except binascii.Error:
        return False


SECRET_RULES: Final = (
    Rule(
        id="no-secrets",
        applies=Applies.AUTHORING,
        requirement="No text has the form of a secret token or key.",
        fix=_ADVICE,
        check=_secrets,
    ),
)
