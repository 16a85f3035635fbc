"""Write the workflows of this repository that come from the templates of registries: `make docs`."""

from pathlib import Path

from mcp_static.scaffolding.templates import own_files

for path, content in own_files().items():
    Path(path).write_bytes(content)
