"""How the pages look, and where the output goes."""

import re
from typing import Final

from pydantic import Field, field_validator

from mcp_static.settings.part import LINK, Part

_FOLDER: Final = re.compile(r"/[A-Za-z0-9._/-]*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]")
_PICTURE: Final = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9_-]*\.(?:svg|png|webp)"
)
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_CONTRAST: Final = 5
"""A little above what WCAG 2.2 asks of text (4.5), as papers are not quite white or black."""
_WHITE: Final = 1.0
_BLACK: Final = 0.0075


class HostingSettings(Part):
    """Where the output goes, as far as a host's own files have to say it."""

    root: str = Field(
        "/srv/mcp-registry", description="The folder of the output on the server, for nginx and Caddy."
    )
    name: str = Field("mcp-registry", description="The Worker's or the function's name.")
    bucket: str = Field("mcp-registry", description="The bucket that the Worker reads.")
    max_files: int = Field(
        20_000, ge=1, description="Files that Workers' static assets take on your plan."
    )

    keeps_file_times: bool = Field(
        True,
        strict=True,
        description="Whether files keep their times on the way to nginx or Caddy by rules; if not, as "
        "in images with fixed times, these send no ETag.",
    )
    searches_per_second: int = Field(
        20, ge=0, description="Searches that nginx lets one address ask; 0 for any number."
    )
    updated_since_slack: int = Field(
        15,
        ge=0,
        le=600,  # rewrite rules begin on the day before, and no clock is more than 14 hours ahead
        description="Minutes by which answers to `updated_since` begin earlier: the time that a commit "
        "takes to reach every reader, through build, deploy and caches.",
    )

    @field_validator("root")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if not _FOLDER.fullmatch(value):
            raise ValueError("is not an absolute path of letters, digits and . _ - /")
        return value.rstrip("/") or "/"

    @field_validator("name", "bucket")
    @classmethod
    def _is_label(cls, value: str) -> str:
        if not _LABEL.fullmatch(value):
            raise ValueError("is not 3 to 63 lowercase letters, digits and hyphens")
        return value


class Link(Part):
    """A link in the footer of every page."""

    text: str = Field(min_length=1, max_length=60)
    url: str

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not LINK.fullmatch(value):
            raise ValueError("is not an https, http or mailto URL")
        return value


class SiteSettings(Part):
    """How the pages look, and the texts that a registry adds to them."""

    logo: str = Field(
        "", description="An SVG, PNG or WebP file in the repository, shown next to the title."
    )
    accent: str = Field("#0a58ca", description="Colour of links and buttons on white.")
    accent_dark: str = Field("#82b4ff", description="The same on black, for dark themes.")
    notice: str = Field("", max_length=300, description="Shown above every page.")
    welcome: str = Field("", max_length=1000, description="Shown on the home page.")
    publishing: str = Field("", max_length=2000, description="Shown on the page about publishing.")
    footer: str = Field("", max_length=300, description="Shown below every page.")
    links: tuple[Link, ...] = Field((), max_length=10, description="Shown below every page: imprint, …")
    is_indexed: bool = Field(
        True, strict=True, description="Whether search engines may list the pages."
    )

    @field_validator("logo")
    @classmethod
    def _is_picture(cls, value: str) -> str:
        if value and not _PICTURE.fullmatch(value):
            raise ValueError("is not the path of an .svg, .png or .webp file in the repository")
        return value

    @field_validator("accent")
    @classmethod
    def _is_dark_enough(cls, value: str) -> str:
        return _legible(value, _WHITE)

    @field_validator("accent_dark")
    @classmethod
    def _is_light_enough(cls, value: str) -> str:
        return _legible(value, _BLACK)


def _legible(colour: str, paper: float) -> str:
    """The colour, if text in it can be read on paper of this luminance (WCAG 2.2, 1.4.3)."""
    if not _COLOUR.fullmatch(colour):
        raise ValueError("is not a colour such as #0a58ca")
    lighter, darker = sorted((_luminance(colour), paper), reverse=True)
    ratio = (lighter + 0.05) / (darker + 0.05)
    if ratio < _CONTRAST:
        raise ValueError(f"has a contrast of {ratio:.1f} to its background; {_CONTRAST} is the least")
    return colour.lower()


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
