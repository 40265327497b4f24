"""An assessment as one plain object, ready for JSON; its keys are in docs/reference/json.md."""

from __future__ import annotations

from dataclasses import asdict

from bonewatch.assessment.evidence import Reason, Voices
from bonewatch.assessment.pathway.to_json import to_json as pathway_to_json
from bonewatch.assessment.result import Assessment, Finding


def to_json(assessment: Assessment, file: str = "") -> dict[str, object]:
    """The assessment of one person, with the file it came from."""
    return {
        "file": file,
        "patient_id": assessment.patient_id,
        "as_of": assessment.as_of.isoformat(),
        "known": dict(assessment.known),
        "not_understood": dict(assessment.not_understood),
        "notes": [asdict(note) for note in assessment.notes],
        "urgency": assessment.urgency,
        "means": assessment.means,
        "urgency_low": assessment.urgency_low,
        "urgency_high": assessment.urgency_high,
        "within": assessment.within,
        "headline": asdict(assessment.headline),
        "say": assessment.say,
        "findings": [_finding(finding) for finding in assessment.findings],
        "signs": [asdict(sign) for sign in assessment.signs],
        "ask": [asdict(question) for question in assessment.ask],
        "ask_more": assessment.ask_more,
        "not_measured": [asdict(missing) for missing in assessment.not_measured],
        "not_judged": list(assessment.not_judged),
        "unanswered": _voices(assessment.unanswered),
        "safety_net": _voices(assessment.safety_net),
        "cautions": list(assessment.cautions),
        **pathway_to_json(assessment.pathway, _reason),
        "learn": [asdict(one) for one in assessment.learn],
        "knowledge": asdict(assessment.knowledge),
    }


def _voices(voices: Voices | None) -> dict[str, object] | None:
    return asdict(voices) if voices else None


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "state": finding.state,
        "urgency": finding.urgency,
        "means": finding.means,
        "suspect": finding.suspect,
        "patient": finding.says.patient,
        "clinician": finding.says.clinician,
        "within": finding.within,
        "actions": [asdict(action) for action in finding.actions],
        "because": [_reason(reason) for reason in finding.because],
        "not_proven": list(finding.not_proven),
        "sources": [asdict(source) for source in finding.sources],
        "basis": finding.basis,
        "own": finding.own,
        "conventions": list(finding.conventions),
        "review": finding.review,
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "feature": reason.feature,
        "is": reason.meaning,
        "value": reason.value,
        "unit": reason.unit,
        "facts": [{"at": f.at, "date": f.date, "says": f.says} for f in reason.facts],
    }
