"""Where the archive of an organisation's records at an API lies, and whether it is there."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from tui.archive.trouble import telling

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.-]+")
_LONGEST_HOST = 60


def archive_file(folder: Path, base_url: str, organisation_id: str) -> Path:
    """The file in a folder: its name tells the host, and by a hash of them the address and the organisation, of which
    "" is the one that the key belongs to."""
    parts = urlsplit(base_url.strip())
    host = _NOT_IN_A_NAME.sub("-", (parts.hostname or "").lower())[:_LONGEST_HOST].strip(".-")
    place = "\n".join((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), organisation_id.strip()))
    digest = sha256(place.encode("utf-8", "surrogatepass")).hexdigest()
    return folder / f"{host or 'archive'}-{digest[:16]}.db"


def is_there(file: Path) -> bool:
    """Whether there is an archive.  Raises `ArchiveTrouble` where that can't be seen."""
    with telling(file):
        return file.exists()
