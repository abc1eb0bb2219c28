"""Sheets against WeasyPrint alone on the same HTML, and the size of all five plans.

    python -m tests.benchmarks.bench_fiche [ROUNDS]

A sheet must take at most 1.2 times what WeasyPrint alone needs; every sheet of the five
plans stands on at most three pages and in 150 KB.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import process_time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from datetime import date  # noqa: E402

import weasyprint  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from pypdf import PdfReader  # noqa: E402

from actions.models import Action, Brand  # noqa: E402
from pcaet.demo import load_demo  # noqa: E402
from pcaet.fiche import TEMPLATE, Fiche, actions_to_print, render_fiche  # noqa: E402
from pcaet.lib.fonts import font_faces  # noqa: E402
from pcaet.lib.pdf import SITE, OwnFiles, Theme  # noqa: E402

TODAY = date(2026, 11, 22)
SAMPLE = (
    ("besancon-pcaet", "42"),
    ("dijon-pcaet", "4.02"),
    ("bruxelles-plan-climat", "TA4.6"),
    ("clermont-spaser", "24"),
    ("gbm-cec", "2"),
)
LARGEST_RATIO, MOST_PAGES, LARGEST_FILE = 1.2, 3, 150 * 1024


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor, which a busy machine does not stretch."""
    start = process_time()
    work()
    return process_time() - start


def read(slug: str, code: str) -> Action:
    return actions_to_print().get(plan__slug=slug, code=code)


def ours(slug: str, code: str) -> bytes:
    """The whole way, from the base to the file, as the first time."""
    rmtree(Path(settings.VAR_DIR) / "pdf", ignore_errors=True)
    return again(slug, code)


def again(slug: str, code: str) -> bytes:
    """The same way, where the same file was kept."""
    return render_fiche(read(slug, code), printed_on=TODAY)


def alone(html: str) -> bytes:
    """WeasyPrint as its manual shows it, with our style sheet."""
    fetcher = OwnFiles(weasyprint.urls.URLFetcherResponse)
    fonts = weasyprint.text.fonts.FontConfiguration()
    style = weasyprint.CSS(
        string=font_faces(f"{SITE}/fonts/") + Theme().style(),
        base_url=SITE,
        url_fetcher=fetcher,
        font_config=fonts,
    )
    document = weasyprint.HTML(string=html, base_url=SITE, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return pdf


def compare(slug: str, code: str, rounds: int) -> float:
    """Median ratio of interleaved rounds, after one that warms both."""
    fiche = Fiche(read(slug, code), TODAY)
    brand = Brand.of(fiche.plan.authority)
    context = {"fiche": fiche, "plan": fiche.plan, "brand": brand}
    html = render_to_string(TEMPLATE, context)
    pairs = [
        (timed(lambda: ours(slug, code)), timed(lambda: alone(html)))
        for _ in range(rounds + 1)
    ][1:]
    whole = median(pair[0] for pair in pairs)
    floor = median(pair[1] for pair in pairs)
    kept = median(timed(lambda: again(slug, code)) for _ in range(rounds))
    ratio = whole / floor
    print(
        f"{slug:22} {code:6} {whole:.2f} s, seul {floor:.2f} s : × {ratio:.2f} ; "
        f"gardée : × {kept / floor:.2f}"
    )
    return ratio


def measure_all() -> bool:
    """Whether every sheet of the five plans keeps within pages and bytes."""
    counts: Counter[tuple[str, int]] = Counter()
    largest = 0
    for action in actions_to_print().order_by("plan", "order"):
        pdf = render_fiche(action, printed_on=TODAY)
        counts[action.plan.slug, len(PdfReader(BytesIO(pdf)).pages)] += 1
        largest = max(largest, len(pdf))
    for (slug, pages), number in sorted(counts.items()):
        print(f"{slug:22} {number:3} × {pages} p.")
    print(f"la plus lourde : {largest / 1024:.0f} Ko")
    return max(pages for _, pages in counts) <= MOST_PAGES and largest <= LARGEST_FILE


def main(rounds: int) -> None:
    call_command("migrate", verbosity=0)
    load_demo()
    ratios = [compare(slug, code, rounds) for slug, code in SAMPLE]
    kept = measure_all()
    if max(ratios) > LARGEST_RATIO or not kept:
        sys.exit("Une promesse n’est pas tenue.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
