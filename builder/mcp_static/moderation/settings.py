"""Acts that are settings: who is blocked, and whether publishing is closed.

Written into `registry.toml` by a library that keeps its comments and its order.
"""

from collections.abc import MutableMapping
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from mcp_static.model.errors import InputError
from mcp_static.model.moderation import BLOCK_LISTS, BlockList
from mcp_static.model.moderation_log import Act
from mcp_static.moderation.decisions import Decision, Grounds, decision
from mcp_static.settings import SETTINGS_FILE, parse_settings

_KINDS: Final = {listed: kind for kind, listed in BLOCK_LISTS.items()}


def block(text: str, listed: BlockList, value: str, why: Grounds) -> Decision:
    """Add something to a list of `[blocked]`; raises InputError for what is there, or cannot be."""
    document = _document(text)
    array = _array(document, listed)
    if value in array.unwrap():
        raise InputError(f"{value} is blocked already.", "Nothing was changed.")
    array.append(value)
    return _decided(Act.BLOCK, document, f"{_KINDS[listed]} {value}", why)


def unblock(text: str, listed: BlockList, value: str, why: Grounds) -> Decision:
    """Take something off a list of `[blocked]`; raises InputError if it is not there."""
    document = _document(text)
    array = _array(document, listed)
    if value not in array.unwrap():
        raise InputError(f"{value} is not among the blocked {listed}.", "Nothing was changed.")
    array.remove(value)
    return _decided(Act.UNBLOCK, document, f"{_KINDS[listed]} {value}", why)


def freeze(text: str, why: Grounds) -> Decision:
    """Close publishing; raises InputError where it is closed."""
    document = _document(text)
    merge = _table(document, "merge")
    if merge.get("frozen") is True:
        raise InputError("Publishing is closed already.", "`mcp-static thaw` opens it.")
    merge["frozen"] = True
    merge["frozen_reason"] = why.reason
    return _decided(Act.FREEZE, document, "publishing", why)


def thaw(text: str, why: Grounds) -> Decision:
    """Open publishing again; raises InputError where it is open."""
    document = _document(text)
    merge = _table(document, "merge")
    if merge.get("frozen") is not True:
        raise InputError("Publishing is not closed.", "Nothing was changed.")
    del merge["frozen"]
    merge.pop("frozen_reason", None)
    return _decided(Act.THAW, document, "publishing", why)


def _document(text: str) -> tomlkit.TOMLDocument:
    """The settings as they are written; raises InputError for those that cannot be used."""
    parse_settings(text)
    try:
        return tomlkit.parse(text)
    except TOMLKitError:
        raise InputError(
            f"{SETTINGS_FILE} is written in a way that cannot be edited here.", "Edit it by hand."
        ) from None


def _table(document: tomlkit.TOMLDocument, name: str) -> MutableMapping[str, Any]:
    if name not in document:
        document[name] = tomlkit.table()
    table = document[name]
    assert isinstance(table, MutableMapping)  # the settings are valid
    return table


def _array(document: tomlkit.TOMLDocument, listed: BlockList) -> Array:
    table = _table(document, "blocked")
    if listed not in table:
        table[listed] = tomlkit.array()
    array = table[listed]
    assert isinstance(array, Array)  # the settings are valid
    return array


def _decided(act: Act, document: tomlkit.TOMLDocument, subject: str, why: Grounds) -> Decision:
    text = tomlkit.dumps(document)
    parse_settings(text)
    return decision(act, subject, why, {SETTINGS_FILE: text.encode()})
