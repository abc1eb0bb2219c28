"""Accounts, roles and reach: who may do what, given by administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from actions.administration.base import PartTable, Titled
from actions.models import Membership

from .roles import OUR_APPS

if TYPE_CHECKING:
    PasswordForm = AdminPasswordChangeForm[Any]
    UserAdmin = auth_admin.UserAdmin[Any]
    ChoicesField = forms.ModelMultipleChoiceField[Any]
else:
    PasswordForm = AdminPasswordChangeForm
    UserAdmin = auth_admin.UserAdmin
    ChoicesField = forms.ModelMultipleChoiceField

SECTION = "Comptes et droits"
# Those who keep plans work in the administration; the others, on the pages.
WORKS_HERE = Q(codename="change_plan", content_type__app_label="actions")
GESTURES = {
    "add": "ajouter",
    "change": "modifier",
    "delete": "supprimer",
    "view": "consulter",
}

admin.site.unregister((User, Group))


class NewPasswordForm(PasswordForm):
    """A new password, and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)
        for name in ("password1", "password2"):
            self.fields[name].required = True


class MembershipTable(PartTable):
    model = Membership
    fields = ("organisation",)
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__parent", "user")
    verbose_name_plural = "organismes et services de cette personne"
    classes = ("quiet",)


@admin.register(User)
class AccountAdmin(Titled, UserAdmin):
    section = SECTION
    add_form_template = "admin/part_change_form.html"
    add_form = UserCreationForm
    change_password_form = NewPasswordForm
    change_user_password_template = "admin/new_password.html"
    list_display = (
        "username",
        "person",
        "roles_in_words",
        "organisations_in_words",
        "is_active",
    )
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    inlines = (MembershipTable,)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "password1", "password2"),
                "description": "Le rôle et les organismes se donnent à la page "
                "suivante.",
            },
        ),
    )
    readonly_fields = ("works_here", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email")}),
        (
            "Rôle",
            {
                "fields": ("groups", "works_here", "is_active"),
                "description": "Le rôle dit ce que la personne peut faire ; ses "
                "organismes, plus bas, disent sur quels plans. Un compte que l’on "
                "désactive garde son nom dans l’historique.",
            },
        ),
        ("Dates", {"fields": (("last_login", "date_joined"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("groups", "memberships__organisation__parent")
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "groups":
            field.label = "Rôles"
            field.help_text = ""
            field.widget.can_add_related = False
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The account that can do everything is kept by its like."""
        is_above = obj is not None and obj.is_superuser
        return super().has_change_permission(request, obj) and (
            not is_above or request.user.is_superuser
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or self.has_change_permission(request, obj)
        )

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        works_here = Permission.objects.filter(WORKS_HERE, group__user=user).exists()
        user.is_staff = user.is_superuser or works_here
        user.save(update_fields=["is_staff"])

    def tools(self, request: HttpRequest, obj: User) -> list[tuple[str, str]]:
        password = reverse("admin:auth_user_password_change", args=[obj.pk])
        return [("Changer le mot de passe", password)]

    @admin.display(description="accès à l’administration")
    def works_here(self, user: User) -> str:
        return "oui, par son rôle" if user.is_staff else "non : ses pages lui suffisent"

    @admin.display(description="personne", ordering="last_name")
    def person(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="rôles")
    def roles_in_words(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description="organismes")
    def organisations_in_words(self, user: User) -> str:
        return ", ".join(str(member.organisation) for member in user.memberships.all())


class PermissionsField(ChoicesField):
    """What a role may do, told in French."""

    def label_from_instance(self, permission: Any) -> str:
        gesture, _, _ = permission.codename.partition("_")
        model = permission.content_type.model_class()
        if gesture not in GESTURES or model is None:
            return str(permission.name)
        plural = str(model._meta.verbose_name_plural)
        return f"{plural[:1].upper()}{plural[1:]} : {GESTURES[gesture]}"


@admin.register(Group)
class RoleAdmin(Titled):
    section = SECTION
    list_display = ("name", "people")
    search_fields = ("name",)
    filter_horizontal = ("permissions",)
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            "Ce que ce rôle permet",
            {
                "fields": ("permissions",),
                "description": "Les quatre rôles de départ reçoivent leurs droits à "
                "chaque mise à jour ; ce qui leur est ajouté ici reste.",
                "classes": ("collapse",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        groups = super().get_queryset(request)
        counted: QuerySet[Any] = groups.annotate(people=Count("user"))
        return counted

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "permissions":
            kwargs["form_class"] = PermissionsField
            kwargs["queryset"] = _permissions()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="personnes", ordering="people")
    def people(self, group: Any) -> int:
        return int(group.people)


def _permissions() -> QuerySet[Permission]:
    ours = Q(content_type__app_label__in=OUR_APPS)
    people = Q(
        content_type__app_label="auth", content_type__model__in=["user", "group"]
    )
    told = Permission.objects.filter(ours | people).select_related("content_type")
    return told.exclude(content_type__model__startswith="historical")
