"""Files that nobody but their owner may read. No database, no Django."""

import os
import stat
from pathlib import Path
from typing import IO

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_OF_OTHERS = 0o077


class NotOurs(OSError):
    """What stands where a file is to be written leads elsewhere, or is another user's.

    The text says which.
    """


def write_text(path: Path) -> IO[str]:
    """Opens a file for writing in UTF-8, empty, with mode 0600 whatever the umask.

    A file that is there already is emptied and loses the rights of others. Raises
    NotOurs for a link, which could lead anywhere, and for a file or pipe of another
    user, who could read it; else OSError.
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

    So are the folders above it that are made for it. Raises OSError.
    """
    for folder in (*reversed(path.parents), path):
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    make_private(path)


def _opened(path: Path) -> int:
    if path.is_symlink():
        raise NotOurs(f"{path} is a symbolic link; nothing is written through it")
    # Before it is opened, as opening a pipe waits for whoever reads it.
    if path.exists():
        _check_ours(path, path.stat())
    # O_NOFOLLOW: the link may be made between the question and the opening.
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(path, flags, mode=_FILE_MODE)
    try:
        known = os.fstat(file)
        _check_ours(path, known)
        # Not a device such as /dev/null, which is everybody's.
        if stat.S_ISREG(known.st_mode):
            os.fchmod(file, _FILE_MODE)
            os.ftruncate(file, 0)
    except BaseException:
        os.close(file)
        raise
    return file


def _check_ours(path: Path, known: os.stat_result) -> None:
    is_file = stat.S_ISREG(known.st_mode)
    if (is_file or stat.S_ISFIFO(known.st_mode)) and known.st_uid != os.geteuid():
        raise NotOurs(f"{path} belongs to another user, who could read it")
    if is_file and known.st_nlink > 1:
        raise NotOurs(f"{path} has another name, a hard link; nothing is written to it")
