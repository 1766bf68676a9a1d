"""The tables of an archive, the versions they went through, and how its file is opened.

A record's row number is the millisecond it happened in, and below that its place among those of that millisecond: rows
in falling order are records as the API gives them, newest first, and a stretch of time is a range of rows.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from pathlib import Path

from tui.archive.trouble import telling
from tui.domain.errors import ArchiveTrouble
from tui.private_files import make_private_folder

APPLICATION = 0x504B4155
"""Tells an archive from SQLite's other files."""
_WAIT_MILLISECONDS = 5_000
_WAL_PAGES = 4_000
"""Written ahead, 16 MB, before they are put where they belong: many are written again and again."""
_WAL_BYTES = 64 * 1024 * 1024
_CACHE_KIB = 32 * 1024

# The index is put together seldom: that takes a quarter of the time to fill an archive less, and to look words up in
# its parts hardly more.
_FIRST = """
CREATE TABLE records (
    row INTEGER PRIMARY KEY, timestamp, method, uri, request_id, query_params, user_id, user_type, organisation_id,
    workspace_id, response_status_code, resource_type, action, client_ip, country, request_body, request_headers,
    unknown
);
CREATE TABLE facet_values (
    code INTEGER PRIMARY KEY, field TEXT NOT NULL, value NOT NULL, count INTEGER NOT NULL, UNIQUE (field, value)
);
INSERT INTO facet_values VALUES (0, '', '', 0);
CREATE TABLE facets (
    row INTEGER PRIMARY KEY, method INTEGER, status INTEGER, op INTEGER, action INTEGER, actor INTEGER, type INTEGER,
    ws INTEGER, res INTEGER, ip INTEGER, country INTEGER, org INTEGER
);
CREATE INDEX facets_ip ON facets (ip);
CREATE INDEX facets_actor ON facets (actor);
CREATE INDEX facets_status ON facets (status);
CREATE INDEX facets_ws ON facets (ws);
CREATE INDEX facets_res ON facets (res);
CREATE INDEX facets_op ON facets (op);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', detail = none, columnsize = 0, tokenize = "unicode61 remove_diacritics 0"
);
INSERT INTO words (words, rank) VALUES ('automerge', 16);
INSERT INTO words (words, rank) VALUES ('crisismerge', 32);
CREATE TABLE vocabulary (word PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE tallies (
    code INTEGER, hour INTEGER, count INTEGER NOT NULL, PRIMARY KEY (code, hour)
) WITHOUT ROWID;
CREATE TABLE coverage (
    scope TEXT, start INTEGER, end INTEGER NOT NULL, grade INTEGER NOT NULL, PRIMARY KEY (scope, start)
) WITHOUT ROWID;
CREATE TABLE names (
    kind TEXT, id TEXT, name TEXT NOT NULL, aliases TEXT NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)
"""What makes each version of the tables from the one before; the first from nothing."""


def open_archive(file: Path) -> sqlite3.Connection:
    """A connection to an archive that may be written to; one that isn't there is made.  Raises `ArchiveTrouble`."""
    with telling(file):
        make_private_folder(file.parent)
        _make_private(file)
        connection = _connect(file, "rwc")
        try:
            if not _check_version(connection, file):
                # Both write to the file, and the first does so each time.
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
            _migrate(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(file: Path) -> sqlite3.Connection:
    """A connection to an archive that is there, which never writes to it.  Raises `ArchiveTrouble`."""
    with telling(file):
        _check_owner(file)
        # Whoever reads a file that others write to has to write notes beside it.
        mode = "ro" if os.access(file.parent, os.W_OK) or _has_unmerged(file) else "ro&immutable=1"
        connection = _connect(file, mode)
        try:
            _check_version(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False,
        timeout=_WAIT_MILLISECONDS / 1000,
    )  # fmt: skip
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _has_unmerged(file: Path) -> bool:
    """Whether some of what was written is beside the file still, as a killed process leaves it."""
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _make_private(file: Path) -> None:
    """Have a plain file of one's own there, closed to others from its first byte on; what SQLite puts beside it gets
    the same mode."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(file, flags, 0o600)
    try:
        status = os.fstat(descriptor)
        _check(status, file)
        if status.st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _check_owner(file: Path) -> None:
    _check(file.lstat(), file)


def _check(status: os.stat_result, file: Path) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "a link stands in its place", str(file))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a plain file", str(file))
    if status.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to somebody else", str(file))


def _check_version(connection: sqlite3.Connection, file: Path) -> int:
    # The tables first: another process may just be making them, and then sets the number with them.
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION and (application or tables):
        raise ArchiveTrouble(f"{file} is another program's database.", f"Move it away: mv '{file}' '{file}.other'")
    if version > len(MIGRATIONS):
        raise ArchiveTrouble(
            f"A newer portkey-audit made the archive {file} (version {version}; this one knows {len(MIGRATIONS)}).",
            "Upgrade this one, or move the archive away.",
        )
    return int(version)


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Bring the tables up to date, each version whole or not at all, whichever process is first."""
    while _check_version(connection, file) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = _check_version(connection, file)
            if version < len(MIGRATIONS):
                for statement in MIGRATIONS[version].split(";\n"):
                    if statement.strip():
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
