"""Files that nobody but their owner may read. No database, no Django."""

import os
import stat
from pathlib import Path
from typing import IO

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_OF_OTHERS = 0o077


class LinkInTheWay(OSError):
    """A symbolic link is where a file is to be written; the text says so."""


def write_text(path: Path) -> IO[str]:
    """Opens a file for writing in UTF-8, empty, with mode 0600 whatever the umask.

    A file that is there already is emptied and loses the rights of others. Raises
    LinkInTheWay for a symbolic link, which could lead anywhere; else OSError.
    """
    return os.fdopen(_opened(path), "w", encoding="utf-8")


def write_bytes(path: Path) -> IO[bytes]:
    """As `write_text`, for bytes."""
    return os.fdopen(_opened(path), "wb")


def make_private(path: Path) -> None:
    """Takes the rights of others away from a file or folder of ours.

    Raises OSError. A folder that everybody may write to, such as /tmp, is not ours
    alone and stays as it is.
    """
    known = path.stat()
    is_shared = known.st_mode & stat.S_ISVTX
    if known.st_uid == os.geteuid() and known.st_mode & _OF_OTHERS and not is_shared:
        path.chmod(_FOLDER_MODE if stat.S_ISDIR(known.st_mode) else _FILE_MODE)


def private_folder(path: Path) -> None:
    """Makes a folder that only its owner may enter, or makes one of ours so.

    Raises OSError.
    """
    path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    make_private(path)


def _opened(path: Path) -> int:
    if path.is_symlink():
        raise LinkInTheWay(f"{path} is a symbolic link; nothing is written through it")
    # O_NOFOLLOW: the link may be made between the question and the opening.
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(path, flags, mode=_FILE_MODE)
    try:
        # Not a device such as /dev/null, which is everybody's.
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.fchmod(file, _FILE_MODE)
            os.ftruncate(file, 0)
    except BaseException:
        os.close(file)
        raise
    return file
