"""Files that were made to fill the memory: endless lines, and little that unpacks to very much."""

import gzip

import pytest

from crm.importing import files, reading
from crm.importing.files import UnreadableFile, inspect

HEADER = b"order_reference,quantity\n"


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "orders.csv"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("filling", [b"\0", b"x"])
def test_a_line_without_end_is_read_in_pieces_and_little_of_it_is_kept(written, monkeypatch, filling):
    monkeypatch.setattr(reading, "HEAVY", 1 << 22)
    form = inspect(written(HEADER + b"A,1\n" + filling * (12 << 20) + b"\nB,2\n"))
    chunks = list(reading.read_chunks(form))
    assert [row for chunk in chunks for row in chunk.cells.rows()] == [("A", "1"), ("B", "2")]
    broken = [each for chunk in chunks for each in chunk.broken]
    assert len(broken) > 4 and all(len(each.text) == 100_000 for each in broken[:-1])
    assert max(chunk.weight for chunk in chunks) <= (1 << 22) + (3 << 20)
    assert len(chunks) > 2


def test_heavy_rows_come_in_smaller_chunks_and_none_is_lost(written, monkeypatch):
    monkeypatch.setattr(reading, "HEAVY", 1000)
    rows = [(f"A{number}", "x" * (number % 90)) for number in range(300)]
    text = "".join(f"{one},{other}\n" for one, other in rows)
    form = inspect(written(HEADER + b"\n" * 2000 + text.encode()))
    chunks = list(reading.read_chunks(form))
    assert [row for chunk in chunks for row in chunk.cells.rows()] == rows
    assert [line for chunk in chunks for line in chunk.lines] == list(range(2002, 2302))
    assert max(len(chunk) for chunk in chunks) < 300


def test_a_packed_file_that_is_a_bomb_is_refused(written, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 1 << 22)
    bomb = gzip.compress(HEADER + b"\0" * (32 << 20))
    with pytest.raises(UnreadableFile, match="so much"):
        inspect(written(bomb))
    assert inspect(written(gzip.compress(HEADER + b"A,1\n" * 1000))).header == ("order_reference", "quantity")
