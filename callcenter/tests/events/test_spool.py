"""The spool: durable, private, bounded, and read by one process at a time. No rows."""

import errno
import fcntl
import os
import stat
import threading
import time

import pytest

from callcenter.events import spool as module
from callcenter.events.eventfile import LONGEST_LINE, event_of_line
from callcenter.events.spool import Spool, depth, left_segments
from callcenter.tests.sample_events import ring


@pytest.fixture
def ours():
    """The spool of a process."""
    one = Spool()
    yield one
    one.close()


def segments(settings):
    return sorted(settings.SPOOL_DIR.glob("*.jsonl"))


def lines(settings):
    return [
        line for path in segments(settings) for line in path.read_text().splitlines()
    ]


def test_event_is_a_line_of_an_event_file(ours, settings):
    event = ring(3, token="t1")

    assert ours.append(event)

    (text,) = lines(settings)
    assert event_of_line(text).dedup_key == event.dedup_key


def test_only_the_owner_may_read_it(ours, settings):
    ours.append(ring())

    (path,) = segments(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.SPOOL_DIR.stat().st_mode) == 0o700


def test_space_is_reserved_before_the_disk_is_full(ours, settings):
    ours.prepare()

    (path,) = segments(settings)
    if os.statvfs(path).f_bsize and path.stat().st_blocks == 0:
        pytest.skip("this file system reserves nothing")
    assert path.stat().st_size == 0
    assert path.stat().st_blocks * 512 >= module.RESERVED_BYTES


def test_each_event_is_synced_before_it_is_said_to_be_kept(ours, monkeypatch):
    synced = []
    real = os.fdatasync

    def sync(file):
        synced.append(file)
        real(file)

    monkeypatch.setattr(os, "fdatasync", sync)

    ours.append(ring(0))
    ours.append(ring(1))

    assert len(synced) == 2


def test_what_could_not_be_written_is_cut_off(ours, settings, monkeypatch):
    ours.append(ring(0))
    before = lines(settings)

    def full(file, data, offset):
        written = real(file, data[:10], offset)
        monkeypatch.setattr(os, "pwrite", refuse)
        return written

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", full)
    assert ours.append(ring(1)) is False
    monkeypatch.setattr(os, "pwrite", real)

    assert lines(settings) == before
    assert ours.append(ring(2))
    assert len(lines(settings)) == 2


def test_what_could_not_be_synced_is_not_kept(ours, monkeypatch):
    def broken(_file):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    assert ours.append(ring()) is False
    monkeypatch.undo()


def test_full_segment_takes_no_more(ours, monkeypatch):
    ours.append(ring(0))
    monkeypatch.setattr(module, "MOST_BYTES", 1)

    assert ours.append(ring(1)) is False


def test_line_that_could_not_be_loaded_again_is_not_taken(ours):
    event = ring()
    event.params["Long"] = "x" * LONGEST_LINE

    assert ours.append(event) is False


def test_folder_that_cannot_be_made_is_no_failure(ours, settings, tmp_path, caplog):
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    (tmp_path / "file").write_text("")

    ours.prepare()

    assert "cannot be kept without the database" in caplog.text
    assert ours.append(ring()) is False


def test_segment_of_a_living_process_is_left_to_it(ours, settings):
    ours.append(ring())

    assert [*left_segments()] == []

    ours.close()
    assert [*left_segments()] == segments(settings)


def test_segment_without_events_is_removed(ours, settings):
    ours.prepare()
    ours.close()

    assert segments(settings) == []


def test_segment_is_handed_over_only_if_it_has_events(ours, settings):
    ours.hand_over()
    (first,) = segments(settings)
    ours.hand_over()
    assert segments(settings) == [first]

    ours.append(ring())
    ours.hand_over()

    assert [*left_segments()] == [first]
    assert len(segments(settings)) == 2


def test_empty_segment_of_a_process_that_died_is_removed(settings):
    settings.SPOOL_DIR.mkdir(exist_ok=True)
    (settings.SPOOL_DIR / "events-1-1.jsonl").touch()

    assert [*left_segments()] == []
    assert segments(settings) == []


def test_file_of_a_process_that_was_killed_at_its_start_is_removed(settings):
    settings.SPOOL_DIR.mkdir()
    left, young = (settings.SPOOL_DIR / f".segment-{name}" for name in ("a", "b"))
    for path in (left, young):
        path.touch()
    two_hours_ago = time.time() - 7200
    os.utime(left, (two_hours_ago, two_hours_ago))

    assert [*left_segments()] == []

    assert (left.exists(), young.exists()) == (False, True)


def test_lines_that_were_rejected_twice_are_of_one_segment(settings):
    settings.SPOOL_DIR.mkdir()
    for name in ("a.jsonl.rejected", "a.jsonl.rejected.rejected", "b.jsonl.rejected"):
        (settings.SPOOL_DIR / name).touch()
    assert depth().rejected == 2
    # Whoever has looked into the first removes it.
    (settings.SPOOL_DIR / "a.jsonl.rejected").unlink()
    assert depth().rejected == 2


def test_segment_is_held_while_it_is_loaded(ours, settings):
    ours.append(ring())
    ours.close()

    for path in left_segments():
        with path.open("r+") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_link_is_not_followed(settings, tmp_path):
    settings.SPOOL_DIR.mkdir(exist_ok=True)
    (tmp_path / "elsewhere").write_text("{}\n")
    (settings.SPOOL_DIR / "events-1-1.jsonl").symlink_to(tmp_path / "elsewhere")

    assert [*left_segments()] == []


def test_many_threads_lose_and_tear_nothing(ours, settings):
    """Also while the segment is closed again and again, to be loaded."""
    kept = []

    def work(number):
        for turn in range(40):
            token = f"{number}-{turn}"
            assert ours.append(ring(turn, token=token))
            kept.append(token)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ours.close()
    for thread in threads:
        thread.join()

    found = [event_of_line(line).token for line in lines(settings)]
    assert sorted(found) == sorted(kept)
    assert len(found) == 320


def test_segment_that_cannot_be_begun_leaves_nothing_open(settings, monkeypatch):
    def refuse(_folder):
        raise OSError(errno.EIO, "Input/output error")

    spool = Spool()
    with monkeypatch.context() as broken:
        broken.setattr("callcenter.events.spool._sync_folder", refuse)
        before = os.listdir("/proc/self/fd")
        for _ in range(3):
            assert not spool.append(ring())
        assert len(os.listdir("/proc/self/fd")) == len(before)
    assert os.listdir(settings.SPOOL_DIR) == []

    assert spool.append(ring())
    spool.close()
