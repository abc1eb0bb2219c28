"""Finding organisations by the names that documents give them."""

from __future__ import annotations

from pcaet.lib.text import fold

from .models import Organisation, OrganisationAlias


class Directory:
    """All organisations in memory: each name is looked up without a query.

    A name is found as written, then without case and accents, then among the
    other spellings. What is not found is created.
    """

    def __init__(self) -> None:
        self._exact: dict[tuple[str | None, str], Organisation] = {}
        self._folded: dict[tuple[str | None, str], Organisation] = {}
        self.created: list[Organisation] = []
        for organisation in Organisation.objects.select_related("parent"):
            self._index(organisation)
        aliases = OrganisationAlias.objects.select_related("organisation__parent")
        for alias in aliases:
            key = (self._parent_key(alias.organisation), alias.folded)
            self._folded.setdefault(key, alias.organisation)

    @staticmethod
    def _parent_key(organisation: Organisation) -> str | None:
        return fold(organisation.parent.name) if organisation.parent else None

    def _index(self, organisation: Organisation) -> None:
        parent = self._parent_key(organisation)
        self._exact[parent, organisation.name] = organisation
        self._folded.setdefault((parent, fold(organisation.name)), organisation)
        if organisation.short_name:
            key = (parent, fold(organisation.short_name))
            self._folded.setdefault(key, organisation)

    def find(self, name: str, service: str | None = None) -> Organisation | None:
        root = self._exact.get((None, name)) or self._folded.get((None, fold(name)))
        if root is None or not service:
            return root
        parent = fold(root.name)
        return self._exact.get((parent, service)) or self._folded.get(
            (parent, fold(service))
        )

    def exact(self, name: str, service: str | None = None) -> Organisation:
        """The organisation of this very spelling, created where it is unknown."""
        root = self._exact.get((None, name)) or self._create(name, None)
        if not service:
            return root
        known = self._exact.get((fold(root.name), service))
        return known or self._create(service, root)

    def _create(self, name: str, parent: Organisation | None) -> Organisation:
        kind = Organisation.Kind.DEPARTMENT if parent else Organisation.Kind.OTHER
        organisation = Organisation.objects.create(name=name, parent=parent, kind=kind)
        self._index(organisation)
        self.created.append(organisation)
        return organisation
