"""What a paper needs in one file: packed so that the same answers give the same bits, with a manifest that finds any change.

The manifest is in the form of sha256sum, so that it can be checked where no careshift is. It finds what was changed, not
who changed it: whoever publishes a bundle publishes the hash of the manifest beside it.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from scenarios import keeping
from simulation.errors import BadInput, Problem

MANIFEST = "MANIFEST.sha256"
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
EPOCH = (1980, 1, 1, 0, 0, 0)  # no zip file is older: the hour of packing is no part of an answer
CHUNK, LONGEST, LEVEL = 2**20, 10_000_000, 6
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def pack(file: Path, parts: Mapping[str, bytes]) -> str:
    """Write the parts and their manifest as one zip file, whole or not at all. Returns the hash of the manifest."""
    manifest = "".join(f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n" for name in sorted(parts)).encode()

    def work(out: IO[bytes]) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
            for name, raw in sorted({**parts, MANIFEST: manifest}.items()):
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
                packed.writestr(entry, raw)
    with keeping.written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        keeping.whole(file, work)
    return hashlib.sha256(manifest).hexdigest()


def check(file: Path) -> tuple[int, str]:
    """How many files a bundle holds and the hash of its manifest. Raises BadInput with everything that is not as it was packed."""
    def wrong(what: str, todo: str = "get it again from where it was published", inside: str = "") -> Problem:
        return Problem(str(file), 0, inside, what, todo)

    if not file.is_file():
        raise BadInput(wrong("there is no such file", "name a bundle that careshift wrote"))
    try:
        with zipfile.ZipFile(file) as packed:
            names = [entry.filename for entry in packed.infolist() if not entry.is_dir()]
            if MANIFEST not in names or packed.getinfo(MANIFEST).file_size > LONGEST:
                raise BadInput(wrong(f"this is no bundle of careshift: there is no {MANIFEST} in it", "name a bundle that careshift wrote"))
            raw = packed.read(MANIFEST)
            said = dict(reversed(m.groups()) for m in map(LINE.fullmatch, raw.decode("utf-8").splitlines()) if m)
            problems = [wrong("is in the bundle twice", inside=name) for name in sorted({n for n in names if names.count(n) > 1})]
            problems += [wrong("is named in the manifest and is not there", inside=name) for name in sorted(said.keys() - set(names))]
            problems += [wrong("is there and is not named in the manifest", inside=name) for name in sorted(set(names) - said.keys() - {MANIFEST})]
            problems += [wrong("is not as it was packed", inside=name) for name in sorted(said.keys() & set(names)) if _hash(packed, name) != said[name]]
    except UNREADABLE as error:
        raise BadInput(wrong(f"this zip file cannot be read ({error})")) from None
    if len(raw.splitlines()) != len(said):
        problems.append(wrong("the manifest has a line that names no file"))
    if problems:
        raise BadInput(*problems)
    return len(said), hashlib.sha256(raw).hexdigest()


def _hash(packed: zipfile.ZipFile, name: str) -> str:
    """The hash of one file inside; nothing where it cannot be unpacked."""
    told = hashlib.sha256()
    try:
        with packed.open(name) as inside:
            while part := inside.read(CHUNK):
                told.update(part)
    except UNREADABLE:
        return ""
    return told.hexdigest()
