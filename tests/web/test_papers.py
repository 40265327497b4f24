"""What a patient takes away: the visit summary, and that the pages are safe to serve."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bonewatch.web.accounts.models import AuditEntry, User
from bonewatch.web.care.models import Message, Question
from bonewatch.web.care.talk import send
from bonewatch.web.chart.actions import Row, said_now, write
from bonewatch.web.chart.queries import record_of
from bonewatch.web.portal.results import complaints_of

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


PAIN = {"kind": "pain", "site": "lumbar_spine", "severity": 6}


def _pain(cast: Cast, severity: int) -> None:
    row = PAIN | {"severity": severity, "reported_on": timezone.localdate().isoformat()}
    write(cast.patient, said_now(cast.diaz, "form"), [Row("primary_cancer", {}),
                                                      Row("symptom", row)])  # fmt: skip


def _words(client: Client, address: str) -> str:
    """What a PDF says."""
    reader = PdfReader(io.BytesIO(client.get(address).content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def _sent_by(cast: Cast, user: User, text: str = "") -> Message:
    address = reverse("visit", args=[cast.patient.public_id])
    answered = signed_in(user).post(address, {"text": text}, follow=True)
    assert "was sent to your team" in answered.content.decode()
    return Message.objects.latest("pk")


def _address_of(cast: Cast, sent: Message) -> str:
    return reverse("sent_summary", args=[cast.patient.public_id, sent.pk])


def test_a_summary_is_sent_to_the_team_as_a_message(cast: Cast) -> None:
    _pain(cast, 6)
    page = signed_in(cast.ana).get(reverse("visit", args=[cast.patient.public_id]))
    shown = page.content.decode()
    assert "Not for emergencies" in shown
    assert "Last sent" not in shown
    sent = _sent_by(cast, cast.ben, "For Tuesday")
    assert (sent.author, sent.text, sent.patient) == (cast.ben, "For Tuesday", cast.patient)
    told = AuditEntry.objects.filter(patient_id=cast.patient.pk, action="write visit")
    assert [(entry.actor_id, entry.role) for entry in told] == [(cast.ben.pk, cast.ben.role)]
    team = signed_in(cast.diaz)
    messages = team.get(reverse("messages", args=[cast.patient.public_id])).content.decode()
    assert _address_of(cast, sent) in messages
    assert "Visit summary of" in messages
    assert "rules have changed" not in messages
    assert "lower back" in _words(team, _address_of(cast, sent))
    read = AuditEntry.objects.latest("pk")
    assert (read.actor_id, read.action) == (cast.diaz.pk, "read sent_summary")


def test_what_was_sent_stays_as_it_was(cast: Cast) -> None:
    _pain(cast, 6)
    asked = [Question.objects.create(patient=cast.patient, text=text, at=timezone.now())
             for text in ("May I swim?", "May I fly?")]  # fmt: skip
    sent = _sent_by(cast, cast.ana)
    before = {who: _words(signed_in(who), _address_of(cast, sent)) for who in (cast.ana, cast.chen)}
    assert before[cast.ana] == before[cast.chen]
    assert "May I swim?" in before[cast.ana]
    _pain(cast, 9)
    Question.objects.filter(pk=asked[0].pk).update(asked_at=timezone.now())
    Question.objects.create(patient=cast.patient, text="May I ski?", at=timezone.now())
    for who, words in before.items():
        assert _words(signed_in(who), _address_of(cast, sent)) == words
    now = _words(signed_in(cast.ana), reverse("summary", args=[cast.patient.public_id]))
    assert "May I ski?" in now
    assert "May I swim?" not in now


def test_a_day_later_it_is_still_of_its_day(cast: Cast) -> None:
    _pain(cast, 6)
    sent = _sent_by(cast, cast.ana)
    Message.objects.filter(pk=sent.pk).update(at=timezone.now() - timedelta(days=2))
    told = _words(signed_in(cast.chen), _address_of(cast, sent))
    assert (timezone.localdate() - timedelta(days=2)).isoformat() in told
    assert "lower back" not in told


def test_it_says_where_the_rules_have_changed_since(cast: Cast) -> None:
    sent = send(cast.patient, cast.ana, "", "other rules")
    says = "rules have changed since it was sent"
    team = signed_in(cast.diaz)
    assert says in _words(team, _address_of(cast, sent))
    messages = reverse("messages", args=[cast.patient.public_id])
    assert says in team.get(messages).content.decode()


def test_a_message_without_a_summary_has_none_and_another_s_is_not_opened(cast: Cast) -> None:
    plain = send(cast.patient, cast.ana, "Thank you")
    assert signed_in(cast.diaz).get(_address_of(cast, plain)).status_code == 404
    sent = _sent_by(cast, cast.ana)
    theirs = reverse("sent_summary", args=[cast.other.public_id, sent.pk])
    assert signed_in(cast.zoe).get(theirs).status_code == 404


def test_the_page_and_the_summary_speak_turkish(cast: Cast) -> None:
    client = signed_in(cast.ana)
    client.post(reverse("language"), {"language": "tr"})
    there = reverse("visit", args=[cast.patient.public_id])
    shown = client.get(there).content.decode()
    assert "Ekibime gönder" in shown
    assert "Acil durumlar için değil" in shown
    client.post(there, {"text": ""})
    sent = Message.objects.latest("pk")
    messages = client.get(reverse("messages", args=[cast.patient.public_id])).content.decode()
    assert "tarihli görüşme özeti" in messages
    assert "Görüşme özeti" in _words(client, _address_of(cast, sent))
    assert "Visit summary" in _words(signed_in(cast.diaz), _address_of(cast, sent))


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


def test_other_complaints_are_drawn_and_told_as_a_table(cast: Cast) -> None:
    numb = {"kind": "numbness", "site": "leg", "side": "left", "reported_on": "2026-11-02"}
    rows = [numb, {"kind": "numbness", "present": False, "reported_on": "2026-11-20"},
            {"kind": "fall", "present": False, "reported_on": "2026-11-20"},
            {"kind": "none", "reported_on": "2026-11-21"}]  # fmt: skip
    write(cast.patient, said_now(cast.ana, "check-in"), [Row("symptom", row) for row in rows])
    told = [(one.name, one.place, one.present) for one in complaints_of(record_of(cast.patient))]
    assert told == [("numbness", "leg", True), ("numbness", "", False)]
    client, named = signed_in(cast.ana), [cast.patient.public_id]
    shown = client.get(reverse("my_page", args=named)).content.decode()
    assert reverse("complaints_plot", args=named) in shown
    assert re.findall(r"<td>(there|no longer there)</td>", shown) == ["there", "no longer there"]
    drawn = client.get(reverse("complaints_plot", args=named)).content.decode()
    assert drawn.count('role="graphics-symbol"') >= 2
    assert "numbness" in drawn
    assert "fall" not in drawn


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
