"""The samples of all package types, each from the test module of its type."""

from importlib import import_module

import pytest
from mcp_static.packages.types import PACKAGE_TYPES

from tests.packages.market import Sample

SAMPLES: dict[str, Sample] = {
    name: sample
    for kind in PACKAGE_TYPES
    for name, sample in import_module(f"tests.packages.test_{kind.id}").SAMPLES.items()
}
"""By the id of the type, which more words may follow where a type has several."""

every_type = pytest.mark.parametrize("kind", SAMPLES)
with_marker = pytest.mark.parametrize("kind", [name for name in SAMPLES if SAMPLES[name].has_marker])
with_version = pytest.mark.parametrize("kind", [name for name in SAMPLES if SAMPLES[name].has_version])
with_private_registries = pytest.mark.parametrize(
    "kind", [name for name in SAMPLES if SAMPLES[name].private_url]
)
