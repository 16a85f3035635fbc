"""Which missing modules are an extra's, and which are bugs."""

import pytest
from mcp_static.cli.extras import missing_extra


def missing(module: str) -> str | None:
    """What is said of a missing module, if anything."""
    error = missing_extra(ModuleNotFoundError(f"No module named {module!r}", name=module), "build")
    return None if error is None else error.fix


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("jinja2", "build"),
        ("jinja2.sandbox", "build"),
        ("uvicorn", "serve"),
        ("obstore.store", "deploy"),
    ],
)
def test_the_smallest_extra_with_the_module_is_named(module: str, extra: str) -> None:
    assert missing(module) == f'Install it: pip install "mcp-static[{extra}]"'


@pytest.mark.parametrize("module", ["mcp_static.nowhere", "click", "nowhere", ""])
def test_any_other_missing_module_is_a_bug(module: str) -> None:
    assert missing(module) is None
