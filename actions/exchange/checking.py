"""What the format alone cannot refuse: repeated codes and unknown references."""

from __future__ import annotations

from collections.abc import Iterable

from pcaet.lib import plan_format as fmt


class ExchangeError(ValueError):
    """The file follows the format but does not hold together: French sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def check(data: fmt.PlanFile) -> None:
    """Refuse what the format alone cannot: repeated codes and unknown references.

    Raises:
        ExchangeError: with one sentence a fault.
    """
    faults = [
        *_repeated("axe", [axis.code for axis in data.axes]),
        *_repeated("action", [action.code for action in data.actions]),
    ]
    codes = {action.code for action in data.actions}
    homes: dict[str, set[tuple[str, str | None]]] = {code: set() for code in codes}
    for axis in data.axes:
        faults += _repeated(
            f"engagement de l’axe {axis.code}", [e.code for e in axis.engagements]
        )
        groups = [(e.code, e.actions) for e in axis.engagements]
        for engagement, members in [*groups, (None, axis.actions)]:
            for code in members:
                if code not in codes:
                    faults.append(f"L’axe {axis.code} cite l’action {code}, absente.")
                else:
                    homes[code].add((axis.code, engagement))
    for action in data.actions:
        faults += _faults_of(action, codes, homes[action.code])
    if faults:
        raise ExchangeError(faults)


def _faults_of(
    action: fmt.ActionData, codes: set[str], homes: set[tuple[str, str | None]]
) -> Iterable[str]:
    if not action.code.strip() or "/" in action.code:
        yield f"Le code d’action « {action.code} » est vide ou contient une barre."
    if action.axis is None and (action.engagement is not None or homes):
        yield f"L’action {action.code} n’a pas d’axe mais le plan la place sous un axe."
    if action.axis is not None and (action.axis, action.engagement) not in homes:
        yield (
            f"L’action {action.code} dit être sous l’axe {action.axis}, engagement "
            f"{action.engagement or '(aucun)'}, qui ne la cite pas."
        )
    for link in action.related_actions:
        if link.code not in codes or link.code == action.code:
            yield f"L’action {action.code} est liée à l’action {link.code}, absente."


def _repeated(what: str, codes: list[str]) -> list[str]:
    return [
        f"Le code {code} désigne plusieurs fois un {what}."
        if not what.startswith("action")
        else f"Le code {code} désigne plusieurs actions."
        for code in dict.fromkeys(codes)
        if codes.count(code) > 1
    ]
