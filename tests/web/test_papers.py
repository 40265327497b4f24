"""What a patient takes away: the visit summary, and that the pages are safe to serve."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bonewatch.web.chart.actions import Row, said_now, write
from bonewatch.web.chart.queries import record_of

from .conftest import Cast, signed_in

NAME = 'Zeynep #set "\\[ @x *b* _i_ $1$ <l> مرحبا'


def test_the_summary_is_a_tagged_pdf_and_takes_no_text_for_markup(cast: Cast) -> None:
    cast.patient.name = NAME
    cast.patient.save()
    write(cast.patient, said_now(cast.diaz, "form"), [
        Row("primary_cancer", {}),
        Row("symptom", {"kind": "pain", "site": "lumbar_spine", "severity": 6,
                        "reported_on": timezone.localdate().isoformat()})])  # fmt: skip
    content = signed_in(cast.ana).get(reverse("summary", args=[cast.patient.public_id])).content
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for part in ('#set "', "*b*", "_i_", "$1$", "<l>", "lower back"):
        assert part in text
    assert "No clinician has signed" in text


@pytest.mark.parametrize("database", ["", "postgresql://localhost/none"])
def test_the_production_settings_are_clean(database: str) -> None:
    chosen = {
        "BONEWATCH_PRODUCTION": "true", "BONEWATCH_SITE": "https://clinic.example.org",
        "BONEWATCH_SECRET_KEY": "x9" * 40 + "aBcDeFg", "BONEWATCH_SMTP_HOST": "mail.example.org",
        "BONEWATCH_DATABASE": database, "DJANGO_SETTINGS_MODULE": "bonewatch.web.settings",
    }  # fmt: skip
    words = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    ran = subprocess.run(
        words, env={**os.environ, **chosen}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


def test_a_wrong_choice_is_said_by_its_name() -> None:
    from bonewatch.web.environment import SetupError, read_environment

    with pytest.raises(SetupError, match="BONEWATCH_SMTP_PORT"):
        read_environment({"BONEWATCH_SMTP_PORT": "many"})
    assert (
        read_environment({"BONEWATCH_SITE": "https://a.org", "PATH": "x"}).site == "https://a.org"
    )


def test_every_page_has_a_strict_policy(cast: Cast) -> None:
    answered = signed_in(cast.ana).get(reverse("my_page", args=[cast.patient.public_id]))
    policy = answered["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answered["X-Frame-Options"] == "DENY"


def test_a_diary_entry_that_cannot_be_kept_is_shown_again_with_why(cast: Cast) -> None:
    address = reverse("diary", args=[cast.patient.public_id])
    page = signed_in(cast.ana).post(address, {"do": "diary", "weight": "9000"})
    shown = page.content.decode()
    assert "nhsuk-error-summary" in shown
    assert 'value="9000"' in shown
    assert not record_of(cast.patient).rows("measurement")
