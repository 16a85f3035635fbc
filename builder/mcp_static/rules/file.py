"""Rules over the file itself: its size, its encoding, and whether it is unambiguous JSON."""

from collections.abc import Callable, Iterator
from typing import Final

from mcp_static.model.strictjson import MAX_DEPTH
from mcp_static.rules.rule import Applies, Breach, Record, Rule

MAX_FILE_BYTES: Final = 96 * 1024


def _too_large(record: Record) -> Iterator[Breach]:
    if len(record.raw) > MAX_FILE_BYTES:
        yield Breach("", f"is larger than {MAX_FILE_BYTES} bytes")


def _json(*kinds: str) -> Callable[[Record], Iterator[Breach]]:
    def check(record: Record) -> Iterator[Breach]:
        for problem in record.json_problems:
            if problem.kind in kinds:
                yield Breach(problem.path, problem.message, problem.fix, problem.line, problem.column)

    return check


FILE_RULES: Final = (
    Rule(
        id="file-size",
        applies=Applies.STRUCTURAL,
        requirement=f"The file is at most {MAX_FILE_BYTES // 1024} KiB.",
        fix="Move long explanations to the server's own website or README.",
        check=_too_large,
    ),
    Rule(
        id="file-encoding",
        applies=Applies.STRUCTURAL,
        requirement="The file is UTF-8 (a byte order mark is tolerated), without unpaired surrogates.",
        fix="Save the file as UTF-8; an escaped surrogate needs its other half.",
        check=_json("encoding", "surrogate"),
    ),
    Rule(
        id="file-json",
        applies=Applies.STRUCTURAL,
        requirement="The file is one JSON object.",
        fix="Correct the JSON there; an editor with JSON support marks the place.",
        check=_json("syntax", "object"),
    ),
    Rule(
        id="file-unambiguous",
        applies=Applies.STRUCTURAL,
        requirement="No object has the same key twice, and every number fits in 64 bits.",
        fix="Keep one of the two.",
        check=_json("duplicate-key", "number"),
    ),
    Rule(
        id="file-depth",
        applies=Applies.STRUCTURAL,
        requirement=f"Objects and arrays are nested at most {MAX_DEPTH} levels deep.",
        fix="Flatten the metadata that is nested too deeply.",
        check=_json("depth"),
    ),
)
