"""The plan, its tree and its actions, to and from the exchange format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, TypeVar

from django.db.models import Model, Prefetch

from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt
from pcaet.lib.casing import learn_casing
from pcaet.lib.numbers import plain

from .directory import Directory
from .enums import RoleKind, TermKind
from .models import (
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


# Writing a plan back -------------------------------------------------------------


def actions_for_export(plan: Plan) -> list[Action]:
    """Every action with all its parts, in the order of the document."""
    roles = Role.objects.with_organisation()
    return list(
        plan.actions.order_by("order", "pk")
        .select_related("axis", "engagement")
        .prefetch_related(
            Prefetch("roles", roles),
            Prefetch("measures__roles", roles),
            Prefetch("action_terms", ActionTerm.objects.select_related("term")),
            Prefetch(
                "action_references",
                ActionReference.objects.select_related("reference_measure"),
            ),
            Prefetch(
                "budget_lines", BudgetLine.objects.select_related("funder__parent")
            ),
            Prefetch("links", ActionLink.objects.select_related("target")),
            "milestones",
            "photos",
        )
    )


def dump_head(plan: Plan) -> fmt.PlanHead:
    return fmt.PlanHead(
        slug=plan.slug,
        title=plan.title,
        kind=plan.kind,
        authority=_org(plan.authority, plan.authority_note),
        start_year=plan.start_year,
        end_year=plan.end_year,
        years=plan.years,
        introduction=plan.introduction,
        guiding_question=plan.guiding_question,
        long_term_goal=plan.long_term_goal,
        labels=fmt.Labels(
            axis=plan.axis_label,
            engagement=plan.engagement_label,
            action=plan.action_label,
            measure=plan.measure_label,
        ),
    )


def dump_deliberations(plan: Plan) -> list[fmt.DeliberationData]:
    return [
        fmt.DeliberationData(
            number=item.number,
            report_number=item.report_number,
            title=item.title,
            date=item.date,
            votes=fmt.Votes.model_validate(
                {
                    "for": item.votes_for,
                    "against": item.votes_against,
                    "abstention": item.abstentions,
                    "interested": item.interested,
                }
            ),
            opinions=[
                fmt.Opinion(body=o.body, date=o.date, opinion=o.opinion)
                for o in item.opinions.all()
            ],
        )
        for item in plan.deliberations.prefetch_related("opinions")
    ]


def dump_axes(plan: Plan) -> list[fmt.AxisData]:
    axes = plan.axes.prefetch_related(
        "engagements",
        Prefetch("placements", Placement.objects.select_related("action")),
    )
    return [_dump_axis(axis) for axis in axes]


def _dump_axis(axis: Axis) -> fmt.AxisData:
    standing: dict[int | None, list[str]] = {}
    for place in axis.placements.all():
        standing.setdefault(place.engagement_id, []).append(place.action.code)
    return fmt.AxisData(
        code=axis.code,
        title=axis.title,
        introduction=axis.introduction,
        engagements=[
            fmt.EngagementData(
                code=e.code, title=e.title, actions=standing.get(e.pk, [])
            )
            for e in axis.engagements.all()
        ],
        actions=standing.get(None, []),
    )


def _org(organisation: Organisation, note: str = "") -> fmt.OrgData:
    parent = organisation.parent
    return fmt.OrgData(
        organisation=parent.name if parent else organisation.name,
        service=organisation.name if parent else None,
        note=note,
    )


def _partner(role: Role) -> fmt.PartnerData:
    org = _org(role.organisation, role.note)
    return fmt.PartnerData(role=role.kind, **org.model_dump())


def _roles_raw(part: Action | Measure) -> fmt.RolesRaw:
    return fmt.RolesRaw(**{kind.value: part.role_text(kind) for kind in RoleKind})


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def dump_action(
    action: Action,
    indicators_of: Callable[[Action, Measure | None], list[fmt.IndicatorData]],
) -> fmt.ActionData:
    return fmt.ActionData(
        code=action.code,
        title=action.title,
        axis=action.axis.code if action.axis else None,
        engagement=action.engagement.code if action.engagement else None,
        context=action.context,
        description=action.description,
        expected_results=action.expected_results,
        consultation=action.consultation,
        status=action.status or None,
        status_raw=action.status_raw,
        types=[term.code for term in action.types],
        themes=[term.code for term in action.themes],
        keywords=[term.code for term in action.keywords],
        reference_measures=[
            fmt.ReferenceData(
                catalogue=link.reference_measure.catalogue,
                code=link.reference_measure.code,
            )
            for link in action.action_references.all()
        ],
        start=fmt.WhenData(
            year=action.start_year, date=action.start_date, raw=action.start_raw
        ),
        end=fmt.WhenData(
            year=action.end_year, date=action.end_date, raw=action.end_raw
        ),
        budget=fmt.BudgetData(
            min=_plain(action.budget_min),
            max=_plain(action.budget_max),
            uncertain=action.budget_uncertain,
            raw=action.budget_raw,
        ),
        budget_lines=[_dump_line(line) for line in action.budget_lines.all()],
        pilots=[_org(role.organisation, role.note) for role in action.pilots],
        partners=[_partner(role) for role in action.partners],
        roles_raw=_roles_raw(action),
        impact_objective=action.impact_objective,
        impact_horizon_years=action.impact_horizon_years,
        milestones=[
            fmt.MilestoneData(
                horizon_years=step.horizon_years,
                date=step.date,
                text=step.text,
                done=step.done,
            )
            for step in action.milestones.all()
        ],
        indicators=indicators_of(action, None),
        measures=[
            _dump_measure(measure, indicators_of(action, measure))
            for measure in action.measures.all()
        ],
        related_actions=[
            fmt.RelatedData(code=link.target.code, relation=link.relation)
            for link in action.links.all()
            if link.target.plan_id == action.plan_id
        ],
        captions=[
            fmt.CaptionData(text=photo.text, credit=photo.credit)
            for photo in action.photos.all()
        ],
    )


def _dump_line(line: BudgetLine) -> fmt.BudgetLineData:
    return fmt.BudgetLineData(
        year=line.year,
        nature=line.nature,
        funder=_org(line.funder) if line.funder else None,
        planned=_plain(line.planned),
        committed=_plain(line.committed),
        spent=_plain(line.spent),
    )


def _dump_measure(
    measure: Measure, indicators: list[fmt.IndicatorData]
) -> fmt.MeasureData:
    return fmt.MeasureData(
        code=measure.code,
        title=measure.title,
        description=measure.description,
        status=measure.status or None,
        pilots=[_org(role.organisation, role.note) for role in measure.pilots],
        partners=[_partner(role) for role in measure.partners],
        roles_raw=_roles_raw(measure),
        indicators=indicators,
    )
