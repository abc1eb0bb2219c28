"""A plan whose year is open, and the people who try to type in it."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.test import Client

from actions.models import Organisation
from indicators.models import Target
from tests.actions.factories import RoleFactory, UserFactory
from tests.indicators.factories import CampaignFactory, TargetFactory


def open_target(text: str = "1 colloque et 3 matinales organisées") -> Target:
    """A target of 2017, in a plan whose campaign of that year is open."""
    target = TargetFactory(year=2017, text=text)
    CampaignFactory(
        plan=target.indicator.action.plan, year=2017, opens_on=date(2017, 1, 1)
    )
    return target


def department_of(target: Target, name: str = "Service Climat") -> Organisation:
    """A department of the plan's authority, which leads the action."""
    authority = target.indicator.action.plan.authority
    service = Organisation.objects.create(name=name, parent=authority)
    RoleFactory(organisation=service, action=target.indicator.action)
    return service


def person(group: str, *organisations: Organisation) -> User:
    return UserFactory(role=group, organisations=organisations)


def signed_in(group: str, *organisations: Organisation) -> Client:
    return client_of(person(group, *organisations))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def row(target: Target, **fields: str) -> dict[str, str]:
    """The fields of one row as a browser posts them; nothing was there before."""
    blank = {"version": "0", "base": "", "text": "", "state": "", "comment": ""}
    typed = blank | fields
    return {f"r{target.indicator.pk}-{name}": value for name, value in typed.items()}
