"""Version 2 in XML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .source import KINDS, DecpFileError, SourceFile, SourceRecord

# What XML forbids and files of the early years hold.
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xml(text: str) -> SourceFile:
    """The records of an XML file.

    Raises:
        DecpFileError: it is broken, declares entities, or holds no contract.
    """
    root = _root(text)
    if not any(_tag(child) in KINDS for child in root):
        raise DecpFileError("Le fichier XML ne contient aucun contrat.")
    return SourceFile("xml-v2", _records(root))


def _root(text: str) -> Element:
    bare = _FORBIDDEN_IN_XML.sub("", text)
    # The text is decoded already: what the prologue says of its bytes is over.
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", bare)
    try:
        root: Element = fromstring(bare, forbid_dtd=True)
    except DefusedXmlException as error:
        raise DecpFileError(
            "Le fichier XML déclare des entités : il est refusé par sûreté."
        ) from error
    except ParseError as error:
        line, column = error.position
        raise DecpFileError(
            f"Le fichier XML est abîmé ou tronqué : ligne {line}, colonne {column}."
        ) from error
    return root


def _records(root: Element) -> Iterator[SourceRecord]:
    ranks: Counter[str] = Counter()
    for position, element in enumerate(e for e in root if _tag(e) in KINDS):
        name = _tag(element)
        path = f"marches.{name}[{ranks[name]}]"
        ranks[name] += 1
        try:
            content = _of_element(element)
        except RecursionError as error:
            raise DecpFileError("Le fichier XML est imbriqué à l’excès.") from error
        yield SourceRecord(position, path, KINDS[name], content)
        # What is read once is not kept.
        element.clear()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _of_element(element: Element) -> Any:
    """An element as JSON would hold it; a tag that repeats becomes a list."""
    if not len(element):
        return (element.text or "").strip() or None
    found: dict[str, Any] = {}
    for child in element:
        tag = _tag(child)
        value = _of_element(child)
        if tag not in found:
            found[tag] = value
        elif isinstance(found[tag], list):
            found[tag].append(value)
        else:
            found[tag] = [found[tag], value]
    return found
