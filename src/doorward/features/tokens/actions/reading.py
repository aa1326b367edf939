"""Reading a file of tokens: every line is looked at before anything is written."""

from collections.abc import Callable, Iterator

from doorward.edges.lines import BrokenCsv, csv_rows, plain
from doorward.edges.xml_reading import UnreadableXml, read_xml
from doorward.features.tokens.model import ContainerKey, NewToken, TokenFileFormat, TokenFileRead
from doorward.features.tokens.rules import columns, pskc
from doorward.features.tokens.rules.containers import read_key
from doorward.features.tokens.rules.inventory import twins
from doorward.kernel.lines import Line, LineError
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Ciphers

MOST_TOKENS = 20_000
MOST_BYTES = 32 * 1024 * 1024
_TOLD_EVERY = 100
_TOO_LONG = Refused("tokens.too_long", {"most": MOST_TOKENS})

Read = NewToken | LineError


def read_file(
    raw: bytes, form: TokenFileFormat, key: ContainerKey, ciphers: Ciphers, told: Callable[[int], None]
) -> TokenFileRead:
    """Read tokens from a file, and say all that is wrong with it; `told` hears how many lines were read."""
    if len(raw) > MOST_BYTES:
        return TokenFileRead((), (LineError(1, "", _TOO_LONG),), 0)
    tokens: list[NewToken] = []
    errors: list[LineError] = []
    count = 0
    for count, read in enumerate(_container(raw, key, ciphers) if form is TokenFileFormat.PSKC else _csv(raw), 1):
        if count > MOST_TOKENS:
            errors.append(LineError(read[0].line, "", _TOO_LONG))
            break
        tokens += [one for one in read if isinstance(one, NewToken)]
        errors += [one for one in read if isinstance(one, LineError)]
        if count % _TOLD_EVERY == 0:
            told(count)
    if not count:
        errors.append(LineError(1, "", columns.malformed("there is no token in it")))
    errors += twins(tokens)
    return TokenFileRead(tuple(tokens), tuple(sorted(errors, key=lambda error: (error.line, error.column))), count)


def container_key(given: bytes) -> bytes | None:
    """Read the key of a container from a file's bytes; None where they are none."""
    return read_key(given)


def longest_file() -> int:
    """Return how many bytes a file may have."""
    return MOST_BYTES


def form_of(raw: bytes) -> TokenFileFormat:
    """Return how a file is written: XML begins with a bracket, whatever marks and spaces stand before it."""
    return (
        TokenFileFormat.PSKC if raw.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<") else TokenFileFormat.CSV
    )


def _container(raw: bytes, key: ContainerKey, ciphers: Ciphers) -> Iterator[list[Read]]:
    try:
        root = read_xml(raw)
    except UnreadableXml as unreadable:
        yield [LineError(unreadable.line, "", columns.malformed(unreadable.why))]
        return
    yield from ([read] for read in pskc.read_container(root, key, ciphers))


def _csv(raw: bytes) -> Iterator[list[Read]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield [LineError(raw.count(b"\n", 0, error.start) + 1, "", columns.malformed("it is not text in UTF-8"))]
        return
    names: list[str] = []
    try:
        for number, row in csv_rows(text.split("\n")):
            if names:
                yield _line(number, row, names)
                continue
            names = [name.strip().lower() for name in row]
            if wrong := columns.judge_columns(names):
                yield [*wrong]
                return
    except BrokenCsv as broken:
        yield [LineError(broken.line, "", columns.malformed("a quote is not closed, or a cell is far too long"))]


def _line(number: int, row: list[str], names: list[str]) -> list[Read]:
    if len(row) != len(names):
        return [LineError(number, "", columns.malformed(f"it has {len(row)} cells and not {len(names)}"))]
    judged = columns.judge_line(Line(number, dict(zip(names, map(plain, row), strict=True))))
    return [judged] if isinstance(judged, NewToken) else [*judged]
