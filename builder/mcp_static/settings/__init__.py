"""`registry.toml`, a module for each subject; `Settings` is all of it."""

from mcp_static.settings.registry import SETTINGS_FILE, Settings, parse_settings

__all__ = ["SETTINGS_FILE", "Settings", "parse_settings"]
