"""What one manifest says about its package, whatever its format."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One manifest; None where it says nothing.

    `identifier` is None for a package that is not published. `server_name` is the marker that the
    manifest itself carries; `readme` is the text of the README that the package ships.
    """

    file: str
    registry_type: str
    identifier: str | None = None
    version: str | None = None
    title: str | None = None
    description: str | None = None
    server_name: str | None = None
    repository: str | None = None
    subfolder: str | None = None
    website: str | None = None
    runtime_hint: str | None = None
    readme: str | None = None
    notes: tuple[str, ...] = ()
