"""Lines that are read all at once are read as those that are read one by one."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.importing import reading
from crm.importing.files import FileForm

HEADER = "one,two,three\n"

#: Cells with everything that makes a line more or less than a row, and some that look as if they did.
cells = st.sampled_from(
    [
        "",
        "a",
        " b ",
        "é",
        "“”",
        '"q"',
        '"a,b"',
        '"a\nb"',
        '"a""b"',
        'x"y',
        '"open',
        "\r",
        "c\r",
        "\0",
        "\ufeff",
        "a,b",
    ]
)
lines = st.lists(cells, min_size=1, max_size=4).map(",".join)
ends = st.sampled_from(["\n", "\r\n", "\n\n"])
texts = st.lists(st.tuples(lines, ends).map("".join), max_size=12).map("".join)


def found(path: Path, encoding: str, size: int) -> tuple[list[object], list[object]]:
    form = FileForm(path, encoding, ",", ("one", "two", "three"), path.stat().st_size)
    rows, broken = [], []
    for chunk in reading.read_chunks(form, size=size):
        assert len(chunk) <= size
        rows += zip(chunk.lines.tolist(), chunk.cells.rows(), strict=True)
        broken += [(each.line, each.code, each.text, each.cells) for each in chunk.broken]
    return rows, broken


@given(texts, st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.sampled_from([1, 3, 100]), st.booleans())
def test_it_is_the_same_at_once_or_one_by_one(text, encoding, size, is_cut):
    data = (HEADER + text).encode(encoding, errors="replace")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(data.rstrip(b"\r\n") if is_cut else data)
        at_once = found(path, encoding, size)
        with patch.object(reading, "plain_rows", lambda *args, **options: None):
            assert at_once == found(path, encoding, size)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_bytes_that_are_no_text_break_their_row_alone(tmp_path, encoding):
    path = tmp_path / "rows.csv"
    path.write_bytes(
        HEADER.encode() + "é,b,c\n".encode(encoding) + b"a,\x81,c\n" + "d,“”,f\n".encode(encoding)
    )
    rows, broken = found(path, encoding, 10)
    assert rows == [(2, ("é", "b", "c")), (4, ("d", "“”", "f"))]
    assert [(line, code) for line, code, *_ in broken] == [(3, "not_text")]


def test_whole_rows_are_read_at_once(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + 'a,"b,c",d\ne,f,g\r\n' * 3_000, newline="")
    seen = []
    plain_rows = reading.plain_rows

    def watched(data, ends, **options):
        seen.append(len(ends))
        return plain_rows(data, ends, **options)

    with patch.object(reading, "plain_rows", watched):
        rows, broken = found(path, "utf-8", 10_000)
    assert (len(rows), broken) == (6_000, []) and sum(seen) > 4_000
    assert rows[0] == (2, ("a", "b,c", "d")) and rows[-1] == (6_001, ("e", "f", "g"))
