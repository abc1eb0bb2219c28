"""From a plan file to the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, TypeVar

from django.db.models import Model

from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt
from pcaet.lib.casing import learn_casing

from ..directory import Directory
from ..enums import RoleKind, TermKind
from ..models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
    BudgetLine,
    Deliberation,
    Engagement,
    Measure,
    Milestone,
    Opinion,
    Organisation,
    Photo,
    Placement,
    Plan,
    ReferenceMeasure,
    Role,
    Term,
)

M = TypeVar("M", bound=Model)

CHANGE_REASON = "Chargement d’un fichier de plan"

TERM_KEYS = {
    TermKind.TYPE: "types",
    TermKind.THEME: "themes",
    TermKind.KEYWORD: "keywords",
}


@dataclass
class Loaded:
    """What a file became, so that the other apps attach their own part."""

    plan: Plan
    actions: dict[str, Action] = field(default_factory=dict)
    measures: dict[tuple[str, int], Measure] = field(default_factory=dict)


def _bulk(model: type[M], objects: list[M]) -> list[M]:
    return bulk.create(model, objects, reason=CHANGE_REASON)


def load(data: fmt.PlanFile) -> Loaded:
    """Write a checked file as a new plan. To be called within a transaction."""
    directory = Directory()
    plan = _load_plan(data, directory)
    loaded = Loaded(plan)
    _load_deliberations(plan, data.deliberations)
    axes, engagements = _load_tree(plan, data.axes)
    actions = [
        _new_action(plan, order, action, axes, engagements)
        for order, action in enumerate(data.actions)
    ]
    loaded.actions = {a.code: a for a in _bulk(Action, actions)}
    _load_placements(data.axes, axes, engagements, loaded.actions)
    _load_measures(data, loaded)
    _load_roles(data, loaded, directory)
    _load_vocabulary(data, loaded)
    _load_links(data, loaded)
    _load_details(data, loaded, directory)
    return loaded


def _load_plan(data: fmt.PlanFile, directory: Directory) -> Plan:
    head = data.plan
    authority = directory.exact(head.authority.organisation, head.authority.service)
    if authority.kind == Organisation.Kind.OTHER:
        authority.kind = Organisation.Kind.AUTHORITY
        authority.save(update_fields=["kind"])
    plan = Plan(
        slug=head.slug,
        title=head.title,
        kind=head.kind,
        authority=authority,
        authority_note=head.authority.note,
        start_year=head.start_year,
        end_year=head.end_year,
        years=head.years,
        introduction=head.introduction,
        guiding_question=head.guiding_question,
        long_term_goal=head.long_term_goal,
        axis_label=head.labels.axis,
        engagement_label=head.labels.engagement,
        action_label=head.labels.action,
        measure_label=head.labels.measure,
        cased_words="\n".join(learn_casing(_texts(data))),
        is_adopted=True,
    )
    return _bulk(Plan, [plan])[0]


def _texts(data: fmt.PlanFile) -> Iterable[str]:
    """All the prose of a plan, from which proper names are learnt."""
    yield from (data.plan.introduction, data.plan.authority.organisation)
    for action in data.actions:
        yield from (action.context, action.description, action.title)
        yield from (caption.text for caption in action.captions)
        parts: list[fmt.ActionData | fmt.MeasureData] = [action, *action.measures]
        for part in parts:
            orgs: list[fmt.OrgData | fmt.PartnerData] = [*part.pilots, *part.partners]
            yield from (f"{org.organisation} {org.service or ''}" for org in orgs)


def _load_deliberations(plan: Plan, data: list[fmt.DeliberationData]) -> None:
    for order, item in enumerate(data):
        deliberation = Deliberation.objects.create(
            plan=plan,
            number=item.number,
            report_number=item.report_number,
            title=item.title,
            date=item.date,
            votes_for=item.votes.for_,
            votes_against=item.votes.against,
            abstentions=item.votes.abstention,
            interested=item.votes.interested,
            order=order,
        )
        _bulk(
            Opinion,
            [
                Opinion(
                    deliberation=deliberation,
                    body=opinion.body,
                    date=opinion.date,
                    opinion=opinion.opinion,
                    order=rank,
                )
                for rank, opinion in enumerate(item.opinions)
            ],
        )


Axes: TypeAlias = dict[str, Axis]
Engagements: TypeAlias = dict[tuple[str, str], Engagement]


def _load_tree(plan: Plan, data: list[fmt.AxisData]) -> tuple[Axes, Engagements]:
    axes = _bulk(
        Axis,
        [
            Axis(
                plan=plan,
                code=axis.code,
                title=axis.title,
                introduction=axis.introduction,
                order=order,
            )
            for order, axis in enumerate(data)
        ],
    )
    by_code = {axis.code: axis for axis in axes}
    engagements = _bulk(
        Engagement,
        [
            Engagement(axis=by_code[axis.code], code=e.code, title=e.title, order=order)
            for axis in data
            for order, e in enumerate(axis.engagements)
        ],
    )
    return by_code, {(e.axis.code, e.code): e for e in engagements}


def _raw_roles(raw: fmt.RolesRaw) -> dict[str, str]:
    return {f"{kind.value}_raw": getattr(raw, kind.value) for kind in RoleKind}


def _new_action(
    plan: Plan,
    order: int,
    data: fmt.ActionData,
    axes: Axes,
    engagements: Engagements,
) -> Action:
    home = (data.axis or "", data.engagement or "")
    return Action(
        plan=plan,
        axis=axes[data.axis] if data.axis is not None else None,
        engagement=engagements[home] if data.engagement is not None else None,
        code=data.code,
        title=data.title,
        order=order,
        context=data.context,
        description=data.description,
        expected_results=data.expected_results,
        consultation=data.consultation,
        status=data.status or "",
        status_raw=data.status_raw,
        start_year=data.start.year,
        start_date=data.start.date,
        start_raw=data.start.raw,
        end_year=data.end.year,
        end_date=data.end.date,
        end_raw=data.end.raw,
        budget_min=_decimal(data.budget.min),
        budget_max=_decimal(data.budget.max),
        budget_uncertain=data.budget.uncertain,
        budget_raw=data.budget.raw,
        impact_objective=data.impact_objective,
        impact_horizon_years=data.impact_horizon_years,
        **_raw_roles(data.roles_raw),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _load_placements(
    data: list[fmt.AxisData],
    axes: Axes,
    engagements: Engagements,
    actions: Mapping[str, Action],
) -> None:
    placements = []
    for axis in data:
        groups: list[tuple[Engagement | None, list[str]]] = [
            (engagements[axis.code, e.code], e.actions) for e in axis.engagements
        ]
        for engagement, codes in [*groups, (None, axis.actions)]:
            placements += [
                Placement(
                    action=actions[code],
                    axis=axes[axis.code],
                    engagement=engagement,
                    order=order,
                )
                for order, code in enumerate(codes)
            ]
    _bulk(Placement, placements)


def _load_measures(data: fmt.PlanFile, loaded: Loaded) -> None:
    keys = [(a.code, n) for a in data.actions for n in range(len(a.measures))]
    measures = [
        Measure(
            action=loaded.actions[action.code],
            code=measure.code,
            title=measure.title,
            description=measure.description,
            status=measure.status or "",
            order=order,
            **_raw_roles(measure.roles_raw),
        )
        for action in data.actions
        for order, measure in enumerate(action.measures)
    ]
    loaded.measures = dict(zip(keys, _bulk(Measure, measures), strict=True))


def _load_roles(data: fmt.PlanFile, loaded: Loaded, directory: Directory) -> None:
    roles: list[Role] = []
    for action in data.actions:
        holder = {"action": loaded.actions[action.code]}
        roles += _new_roles(action, holder, directory)
        for order, measure in enumerate(action.measures):
            part = {"measure": loaded.measures[action.code, order]}
            roles += _new_roles(measure, part, directory)
    _bulk(Role, roles)


def _new_roles(
    data: fmt.ActionData | fmt.MeasureData,
    holder: Mapping[str, Action | Measure],
    directory: Directory,
) -> list[Role]:
    named: list[tuple[str, fmt.OrgData | fmt.PartnerData]] = [
        *((RoleKind.PILOT, org) for org in data.pilots),
        *((partner.role, partner) for partner in data.partners),
    ]
    return [
        Role(
            organisation=directory.exact(org.organisation, org.service),
            kind=kind,
            note=org.note,
            order=order,
            **holder,
        )
        for order, (kind, org) in enumerate(named)
    ]


def _load_vocabulary(data: fmt.PlanFile, loaded: Loaded) -> None:
    terms = {(term.kind, term.code): term for term in Term.objects.all()}
    references = {
        (known.catalogue, known.code): known for known in ReferenceMeasure.objects.all()
    }
    term_links, reference_links = [], []
    for item in data.actions:
        action = loaded.actions[item.code]
        rank = 0
        for kind, key in TERM_KEYS.items():
            for code in dict.fromkeys(getattr(item, key)):
                if (kind, code) not in terms:
                    terms[kind, code] = Term.objects.create(
                        kind=kind, code=code, name=code
                    )
                link = ActionTerm(action=action, term=terms[kind, code], order=rank)
                term_links.append(link)
                rank += 1
        for rank, cited in enumerate(item.reference_measures):
            pair = (cited.catalogue, cited.code)
            if pair not in references:
                references[pair] = ReferenceMeasure.objects.create(
                    catalogue=cited.catalogue, code=cited.code
                )
            reference_links.append(
                ActionReference(
                    action=action, reference_measure=references[pair], order=rank
                )
            )
    _bulk(ActionTerm, term_links)
    _bulk(ActionReference, reference_links)


def _load_links(data: fmt.PlanFile, loaded: Loaded) -> None:
    _bulk(
        ActionLink,
        [
            ActionLink(
                source=loaded.actions[action.code],
                target=loaded.actions[link.code],
                relation=link.relation,
                order=order,
            )
            for action in data.actions
            for order, link in enumerate(action.related_actions)
        ],
    )


def _load_details(data: fmt.PlanFile, loaded: Loaded, directory: Directory) -> None:
    """Milestones, budget lines and captions."""
    each = [(loaded.actions[item.code], item) for item in data.actions]
    _bulk(
        Milestone,
        [
            Milestone(
                action=action,
                horizon_years=step.horizon_years,
                date=step.date,
                text=step.text,
                done=step.done,
                order=order,
            )
            for action, item in each
            for order, step in enumerate(item.milestones)
        ],
    )
    _bulk(
        BudgetLine,
        [
            BudgetLine(
                action=action,
                year=line.year,
                nature=line.nature,
                funder=directory.exact(line.funder.organisation, line.funder.service)
                if line.funder
                else None,
                planned=_decimal(line.planned),
                committed=_decimal(line.committed),
                spent=_decimal(line.spent),
                order=order,
            )
            for action, item in each
            for order, line in enumerate(item.budget_lines)
        ],
    )
    _bulk(
        Photo,
        [
            Photo(action=action, text=caption.text, credit=caption.credit, order=order)
            for action, item in each
            for order, caption in enumerate(item.captions)
        ],
    )
