"""From the base to a plan file, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Prefetch

from pcaet.lib import plan_format as fmt
from pcaet.lib.numbers import plain

from ..enums import RoleKind
from ..models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
    BudgetLine,
    Measure,
    Organisation,
    Placement,
    Plan,
    Role,
)


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
