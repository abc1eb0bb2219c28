"""Files of published contracts, in their four shapes, as records. Pure.

Version 2 in JSON or XML, version 1 in JSON, and the ministry's flat CSV all come out
as the same thing: a mapping with the names of version 2, and its place in the file.
"""

from __future__ import annotations

import re

from .flat_file import read_flat
from .json_file import read_json
from .source import DecpFileError, SourceFile
from .xml_file import read_xml

# The national consolidation of a month is about 300 MB; an authority's is under one.
MAX_BYTES = 400 * 1024 * 1024
# How zip archives begin, Excel and LibreOffice files among them.
ARCHIVE = b"PK\x03\x04"
WEB_PAGE = re.compile(r"<!doctype html|<html", re.IGNORECASE)


def read(content: bytes) -> SourceFile:
    """The records of a file, its shape found from its first character.

    Raises:
        DecpFileError: it is too big, broken, or holds no contract; reading the records
            may raise it too, where the end of the file is broken.
    """
    if len(content) > MAX_BYTES:
        raise DecpFileError("Le fichier dépasse 400 Mo : le découper par mois.")
    if content.startswith(ARCHIVE):
        raise DecpFileError(
            "C’est une archive ou un classeur : en sortir le fichier JSON, XML ou CSV."
        )
    text = _decode(content)
    start = re.search(r"\S", text)
    if start is None:
        raise DecpFileError("Le fichier est vide.")
    if start[0] in "{[":
        return read_json(text)
    if WEB_PAGE.match(text, start.start()):
        raise DecpFileError(
            "C’est une page web, pas un fichier de données : le télécharger de nouveau."
        )
    return read_xml(text) if start[0] == "<" else read_flat(text)


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
