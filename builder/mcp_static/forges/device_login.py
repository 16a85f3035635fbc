"""Logging in from a terminal by a code that a person types in a browser (RFC 8628)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mcp_static.model.errors import InputError, UnansweredError
from mcp_static.model.faults import faults_in_words
from mcp_static.net.client import Client
from mcp_static.settings.network import NetworkSettings

_SECONDS: Final = 20
_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_BY: Final = 5.0
"""What `slow_down` adds to the interval (RFC 8628, 3.5)."""

_Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
_Shape = TypeVar("_Shape", bound=BaseModel)


class DeviceLogin(BaseModel):
    """A login under way: what the person types where, and how long there is for it, in seconds."""

    model_config = ConfigDict(frozen=True)

    user_code: str
    verification_uri: str
    device_code: str = Field(repr=False)
    interval: _Seconds = 5
    expires_in: _Seconds = 900


class Tokens(BaseModel):
    """What a login, or its renewal, gives; without `expires_in` the token does not expire."""

    model_config = ConfigDict(frozen=True)

    access_token: str = Field(min_length=1, repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_in: _Seconds | None = None


class _Refusal(BaseModel):
    error: str
    error_description: str = ""
    interval: _Seconds | None = None

    @property
    def reason(self) -> str:
        return (self.error_description or self.error)[:200]


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """A forge at which people log in to an application, which has no secret.

    Its methods raise InputError where the forge refuses, and UnansweredError.
    """

    forge: str
    codes: str
    """The address that gives out codes."""
    tokens: str
    """The address that gives out tokens."""
    client_id: str
    scope: str
    network: NetworkSettings

    def begin(self) -> DeviceLogin:
        """Ask for a code that a person can type."""
        found = self._asked(self.codes, {"scope": self.scope}, DeviceLogin)
        if isinstance(found, _Refusal):
            raise InputError(
                f"{self.forge} does not begin a login: {found.reason}.",
                "Check the application's id, and that it may use device codes; or set a token.",
            )
        return found

    def finish(self, login: DeviceLogin, pause: Callable[[float], None] = time.sleep) -> Tokens:
        """Wait until the person has typed the code."""
        interval, waited = login.interval, 0.0
        form = {"device_code": login.device_code, "grant_type": _GRANT}
        while waited <= login.expires_in:
            pause(interval)
            waited += interval
            found = self._asked(self.tokens, form, Tokens)
            if isinstance(found, Tokens):
                return found
            if found.error == "slow_down":
                interval = interval + _SLOWER_BY if found.interval is None else found.interval
            elif found.error != "authorization_pending":
                raise InputError(f"{self.forge} does not log you in: {found.reason}.", "Begin again.")
        raise InputError("The code has expired.", "Begin again with `mcp-static login`.")

    def renewed(self, refresh_token: str) -> Tokens | None:
        """New tokens for those that have expired (RFC 6749, section 6); None where that is refused."""
        form = {"refresh_token": refresh_token, "grant_type": "refresh_token"}
        found = self._asked(self.tokens, form, Tokens)
        return None if isinstance(found, _Refusal) else found

    def _asked(self, url: str, form: dict[str, str], shape: type[_Shape]) -> _Shape | _Refusal:
        with Client(seconds=_SECONDS, network=self.network) as client:
            answer = client.post(url, {"client_id": self.client_id, **form})
        try:
            document = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            document = None
        if answer.status == 404 and not isinstance(document, dict):
            raise InputError(f"{self.forge} has no logins by a code.", "Set a token instead.")
        if not isinstance(document, dict) or answer.status >= 500:
            raise UnansweredError(f"{self.forge} answered {answer.status} to a login.")
        try:
            return _Refusal.model_validate(document) if "error" in document else shape(**document)
        except ValidationError as error:
            raise UnansweredError(
                f"{self.forge}'s answer to a login cannot be read ({faults_in_words(error)[0]})."
            ) from None
