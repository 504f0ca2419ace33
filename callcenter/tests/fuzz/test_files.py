"""Random event files: each line is stored or rejected, never a traceback."""

import gzip
import re

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from callcenter.events.stripping import stripped
from callcenter.models import WebhookEvent
from callcenter.tests.fuzz.checked import ERRORS
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.invariants import assert_invariants, delete_all_rows
from callcenter.tests.fuzz.lines import files
from callcenter.tests.fuzz.tally import TALLY

pytestmark = pytest.mark.usefixtures("installed")

ALL_DAYS = ("2000-01-01", "2099-12-31")


@effort(20, 1200)
@given(content=files())
def test_each_line_of_any_file_is_stored_or_rejected(content, tmp_path_factory):
    delete_all_rows()
    folder = tmp_path_factory.getbasetemp()
    path, rejected = folder / "any.jsonl", folder / "any.jsonl.rejected"
    rejected.unlink(missing_ok=True)
    path.write_bytes(content)
    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    lines = [line for line in plain.split(b"\n") if line.strip()]

    counts = load(path)
    if counts is None:
        # In another encoding: nothing of it was loaded.
        assert not WebhookEvent.objects.exists()
        return

    assert sum(counts[:3]) == len(lines)
    assert WebhookEvent.objects.count() == counts[0]
    left = rejected.read_bytes().split(b"\n")[:-1] if rejected.exists() else []
    assert len(left) == counts[2]
    kept = map(stripped, lines)
    assert all(line in kept for line in left), "not lines of the file, in its order"
    TALLY["lines"] += len(lines)
    TALLY["rejected"] += counts[2]

    assert load(path) == [0, counts[0] + counts[1], counts[2], 0]
    pending = WebhookEvent.objects.pending() | WebhookEvent.objects.exclude(
        derivation_error__in=["", WebhookEvent.LATE]
    )
    assert list(pending.values_list("kind", "derivation_error")) == []
    assert_invariants(*ALL_DAYS, folder, interval="weekday")


@effort(10, 300)
@given(content=files(), cut=st.integers(1, 40))
def test_a_truncated_gzip_file_ends_in_one_sentence(content, cut, tmp_path_factory):
    delete_all_rows()
    packed = gzip.compress(content, mtime=0)
    path = tmp_path_factory.getbasetemp() / "cut.jsonl.gz"
    path.write_bytes(packed[: max(2, len(packed) - cut)])

    with pytest.raises(CommandError, match=r"cannot be read"):
        call_command("load_events", path)

    assert ERRORS.pop() == []


def load(path) -> list[int] | None:
    """Load a file; returns the counts kept, known, rejected and derived.

    None if the file was refused as a whole.
    """
    try:
        said = call_command("load_events", path)
    except CommandError as error:
        said = str(error)
        if "cannot be read" in said:
            return None
        assert "rejected lines" in said
    # The name of the file of rejected lines, which follows, may have digits too.
    return [int(number) for number in re.findall(r"\d+", said)[:4]]
