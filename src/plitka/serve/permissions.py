"""Folders and files that only the service's own account may open: they hold prompts, keys and the secret of links.

Elsewhere than on POSIX a folder's rights are not ours to read, and nothing is checked.
"""

import os
from contextlib import suppress
from pathlib import Path

from plitka.errors import InputError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_OTHERS = 0o077
_IS_POSIX = os.name == "posix"


def make_private_folder(path: Path) -> None:
    """Have a folder that no other account may enter; missing parents are made in the same way.

    Raises:
        InputError: it is open to others, and there is something in it already.
        OSError: it cannot be made.
    """
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(FOLDER_MODE, exist_ok=True)
    if not _IS_POSIX or not path.stat().st_mode & _OTHERS:
        return
    if any(path.iterdir()):
        raise InputError(
            "other accounts may enter {path}, and what the service keeps is private; run chmod 700 {path}, or name a "
            "folder inside it",
            path=path,
        )
    path.chmod(FOLDER_MODE)


def keep_file_private(path: Path) -> None:
    """Have a file that no other account may open, empty where there was none; files beside it of its name as well.

    SQLite gives its log the rights of the database.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE_MODE))
    for one in path.parent.glob(f"{path.name}*"):
        with suppress(FileNotFoundError):  # SQLite's log may go meanwhile
            if _IS_POSIX and one.stat().st_mode & _OTHERS:
                one.chmod(FILE_MODE)
