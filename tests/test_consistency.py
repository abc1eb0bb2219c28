"""What no linter sees: how the parts of the project hold together."""

from __future__ import annotations

import ast
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import BaseConstraint, Field, Model
from django.template import Context, Template, TemplateDoesNotExist, engines
from django.template.loaders.app_directories import Loader
from django.urls import URLPattern, URLResolver, get_resolver

from actions.models import Plan, ReferenceMeasure
from procurement.models import LegalParameter

ROOT = Path(__file__).parents[1]
APPS = ("actions", "indicators", "procurement")
SOURCES = [p for app in ("pcaet", *APPS) for p in sorted((ROOT / app).rglob("*.py"))]


# Imports -------------------------------------------------------------------------

# What each part may import besides itself: never what stands before it.
MAY_IMPORT = {
    "pcaet.lib": set[str](),
    "actions": {"pcaet.lib"},
    "indicators": {"pcaet.lib", "actions"},
    "procurement": {"pcaet.lib", "actions"},
    "pcaet": {"pcaet.lib", *APPS},
}
# Inside an app, from what knows least to what knows all.
LAYERS = (
    ("enums",),
    ("models", "fields", "access"),
    ("forms", "filters", "imports", "exports", "exchange", "resources"),
    ("views", "admin", "administration", "management", "urls"),
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it, by their full names."""
    package = path.parent.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str | None:
    found = [p for p in MAY_IMPORT if module == p or module.startswith(f"{p}.")]
    return max(found, key=len, default=None)


def layer_of(module: str) -> int | None:
    app, *rest = module.split(".")
    if app not in APPS or not rest:
        return None
    return next((n for n, names in enumerate(LAYERS) if rest[0] in names), None)


def is_backward(module: str, imported: str) -> bool:
    own, part = part_of(module), part_of(imported)
    assert own is not None
    if part not in (None, own):
        return part not in MAY_IMPORT[own]
    layer = layer_of(module)
    if part == own and layer is not None:
        return (layer_of(imported) or 0) > layer
    return imported.startswith("tests")


def test_imports_point_in_one_direction() -> None:
    backward = [
        f"{module_name(path)} imports {imported}"
        for path in SOURCES
        for imported in imports_of(path)
        if is_backward(module_name(path), imported)
    ]
    assert backward == []


# Models --------------------------------------------------------------------------


def our_models() -> list[type[Model]]:
    models = (model for app in APPS for model in apps.get_app_config(app).get_models())
    return [m for m in models if not m.__name__.startswith("Historical")]


def our_fields() -> Iterator[tuple[str, Field[object, object]]]:
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, Field) and not field.primary_key:
                yield f"{model.__name__}.{field.name}", field


def our_constraints() -> list[BaseConstraint]:
    return [c for model in our_models() for c in model._meta.constraints]


# Words that are the same in both languages.
SHARED_WORDS = {
    *("abstentions", "action", "anomalies", "code", "date", "description"),
    *("engagement", "image", "introduction", "journal", "message", "nature"),
    *("note", "plan", "source", "validation", "version"),
}


def starts_lower(label: str) -> bool:
    return label[0].islower() or label.split()[0].rstrip(",").isupper()


@pytest.mark.django_db
def test_migrations_are_up_to_date() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_migrations_build_a_base_that_holds_the_demonstration(tmp_path: Path) -> None:
    of_the_tests = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {k: v for k, v in os.environ.items() if k not in of_the_tests}
    environment["PCAET_VAR"] = str(tmp_path)
    for command in ("migrate", "load_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
    with sqlite3.connect(tmp_path / "pcaet.sqlite3") as base:
        counts = [
            base.execute(f"SELECT count(*) FROM {model._meta.db_table}").fetchone()[0]
            for model in (Plan, ReferenceMeasure, LegalParameter)
        ]
    assert counts == [
        5,
        ReferenceMeasure.objects.count(),
        LegalParameter.objects.count(),
    ]


def test_models_have_lower_case_names() -> None:
    metas = [model._meta for model in our_models()]
    names = [str(m.verbose_name) for m in metas]
    names += [str(m.verbose_name_plural) for m in metas]
    assert [name for name in names if not starts_lower(name)] == []


def test_fields_have_lower_case_names() -> None:
    labels = {name: str(field.verbose_name) for name, field in our_fields()}
    assert {n: label for n, label in labels.items() if not starts_lower(label)} == {}


def test_fields_have_french_names() -> None:
    unnamed = [
        name
        for name, field in our_fields()
        if field.verbose_name == field.name.replace("_", " ")
        and field.verbose_name not in SHARED_WORDS
    ]
    assert unnamed == []


def test_constraints_explain_themselves_in_french() -> None:
    messages = {c.name: str(c.get_violation_error_message()) for c in our_constraints()}
    silent = BaseConstraint.default_violation_error_message
    assert [n for n, text in messages.items() if text == silent % {"name": n}] == []
    assert [n for n, text in messages.items() if not text.endswith(".")] == []


def test_constraints_are_each_tested_by_name() -> None:
    tests = "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("tests/**/*.py"))
    names = [constraint.name for constraint in our_constraints()]
    assert [name for name in names if f'"{name}"' not in tests] == []


# Templates -----------------------------------------------------------------------

# Rendered by Django under these very names.
CALLED_BY_DJANGO = {
    *("400.html", "403.html", "403_csrf.html", "404.html", "500.html"),
    "registration/login.html",
}


def template_names() -> list[str]:
    folder = ROOT / "templates"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html"))


def replaces_a_library_template(name: str) -> bool:
    loader = Loader(engines["django"].engine)  # type: ignore[attr-defined]
    try:
        loader.get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def test_templates_are_used() -> None:
    users = [*SOURCES, *(ROOT / "templates").rglob("*.html")]
    texts = [path.read_text(encoding="utf-8") for path in users]
    unused = [
        name
        for name in template_names()
        if name not in CALLED_BY_DJANGO
        and not replaces_a_library_template(name)
        and not any(re.search(rf"[\"']{name}[\"']", text) for text in texts)
    ]
    assert unused == []


def test_undefined_template_variables_are_refused() -> None:
    with pytest.raises(pytest.fail.Exception, match="Undefined template variable"):
        Template("{{ inconnue }}").render(Context())


# Addresses -----------------------------------------------------------------------

# Read without signing in: pages of public plans, and the way in.
PUBLIC = {
    "home",
    "login",
    "plan_dashboard",
    "plan_detail",
    "plan_export",
    "plan_grid",
    "action_detail",
    "action_export",
    "action_fiche",
    "organisation_detail",
    "organisation_export",
    "organisation_list",
    "page_style",
    "photo_file",
    "target_export",
    "milestone_export",
    "milestone_list",
    "target_list",
    "budget_detail",
    "budget_export",
    "plan_timeline",
    "timeline_print",
    "commitment_export",
    "commitment_list",
    "link_export",
    "link_list",
    "plan_reference_list",
    "reference_export",
    "reference_list",
    "open_data",
    "open_data_catalogue",
    "open_data_plan",
    "open_data_table",
    "search",
    "search_export",
    "indicators:plan_rates",
    "indicators:review_detail",
    "review_pdf",
    "procurement:statement",
    "procurement:statement_csv",
    "procurement:statement_pdf",
}


def our_patterns(
    resolver: URLResolver, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        elif entry.namespace != "admin":
            yield from our_patterns(
                entry, f"{entry.namespace}:" if entry.namespace else namespace
            )


def test_addresses_have_names() -> None:
    unnamed = [p for name, p in our_patterns(get_resolver()) if "None" in name]
    assert unnamed == []


def test_pages_are_closed_unless_listed_as_public() -> None:
    opened = {
        name
        for name, pattern in our_patterns(get_resolver())
        if not getattr(pattern.callback, "login_required", True)
    }
    assert opened - PUBLIC == set()


def test_models_that_pages_show_have_an_address() -> None:
    assert Plan(slug="essai").get_absolute_url() == "/plans/essai/"
