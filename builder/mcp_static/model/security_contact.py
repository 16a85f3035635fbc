"""The settings `[security]`: how to report a vulnerability of a registry."""

import math
import re
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mcp_static.model.times import format_time, parse_time

_CONTACT: Final = re.compile(r"(?:https://|mailto:|tel:)[!-~]{1,500}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
"""A language tag (RFC 5646), as far as it can be told without the registry of subtags."""


class SecuritySettings(BaseModel):
    """What `/.well-known/security.txt` says (RFC 9116); without a contact there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    contact: tuple[str, ...] = Field(
        (),
        max_length=10,
        description="Where to report: https, mailto or tel addresses.",
    )
    policy: str = Field("", description="The https address of the security policy.")
    expires: str = Field(
        "", description="When the file expires; by default, a year after the month of the last change."
    )
    languages: tuple[str, ...] = Field(
        ("en",), min_length=1, max_length=20, description="The languages of those who read reports."
    )

    @field_validator("contact")
    @classmethod
    def _are_contacts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _CONTACT.fullmatch(text):
                form = "an https, mailto or tel address, such as mailto:security@example.com"
                raise ValueError(f"{text!r} is not {form}")
        return value

    @field_validator("policy")
    @classmethod
    def _is_https(cls, value: str) -> str:
        if value and not (_CONTACT.fullmatch(value) and value.startswith("https://")):
            raise ValueError("is not an https address")
        return value

    @field_validator("expires")
    @classmethod
    def _is_time(cls, value: str) -> str:
        return format_time(math.floor(parse_time(value))) if value else ""

    @field_validator("languages")
    @classmethod
    def _are_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _LANGUAGE.fullmatch(text):
                raise ValueError(f"{text!r} is not a language tag such as en or pt-BR")
        return value
