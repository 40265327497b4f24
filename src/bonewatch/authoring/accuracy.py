"""How right the urgency is: vignettes told by others, against what the pack answers.

A vignette is a record, the tiers that sensible clinicians would accept, and the sentence of a
guideline or label that decides. They were written before the rules they judge, by authors who had
not read them. Run as a module it prints the table of tiers and what is outside its band; the exit
code is 1 where an emergency is missed or too few are within their band.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.examples import dated
from bonewatch.knowledge.load import load_pack
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.record.from_json import read_record

VIGNETTES = Path(__file__).parents[3] / "tests" / "vignettes"
WITHIN = 0.95
"""The share that must be within the accepted band (our goal, not a published one)."""
LOW = URGENCIES[-2:]


@dataclass(frozen=True, slots=True)
class Vignette:
    """One case: what was told, the tiers accepted, and what the reasons must name."""

    id: str
    told: str
    as_of: date
    record: dict[str, object]
    expected: str
    accepted: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A vignette with the answer it got."""

    vignette: Vignette
    urgency: str
    rules: tuple[str, ...]
    unnamed: tuple[str, ...]

    @property
    def within(self) -> bool:
        """Is the answer in the accepted band?"""
        return self.urgency in self.vignette.accepted

    @property
    def missed_emergency(self) -> bool:
        """Would everyone call it an emergency, and the answer does not?"""
        return self.vignette.accepted == URGENCIES[:1] and self.urgency != URGENCIES[0]

    @property
    def too_low(self) -> bool:
        """Is the answer less urgent than anything accepted?"""
        place = URGENCIES.index
        return place(self.urgency) > max(place(tier) for tier in self.vignette.accepted)

    @property
    def too_high(self) -> bool:
        """Is the answer more urgent than anything accepted?"""
        return not self.within and not self.too_low


def read_vignettes(folder: Path = VIGNETTES) -> list[Vignette]:
    """Every vignette of a folder, by file and order."""
    return [one for path in sorted(folder.glob("*.yaml")) for one in in_file(path)]


def in_file(path: Path) -> Iterator[Vignette]:
    """The vignettes of one file, in order."""
    for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
        as_of = date.fromisoformat(str(raw.get("as_of", "2026-11-20")))
        yield Vignette(
            id=raw["id"],
            told=raw.get("told") or raw.get("narrative", ""),
            as_of=as_of,
            record={"primary_cancer": [{}]} | dated(raw["record"], as_of),
            expected=raw["expected"],
            accepted=tuple(raw["accepted"]),
            names=tuple(raw.get("names") or raw.get("named_in_the_reasons") or ()),
        )


def judge(pack: Pack, vignettes: Iterable[Vignette]) -> list[Judged]:
    """The vignettes with their answers."""
    assessor = Assessor(pack)
    return [_judged(assessor, one) for one in vignettes]


def _judged(assessor: Assessor, vignette: Vignette) -> Judged:
    answer = assessor.assess(read_record(vignette.record), vignette.as_of)
    reasons = _reasons(answer).lower()
    unnamed = (name for name in vignette.names if not _names(name, reasons))
    rules = tuple(f.rule for f in answer.findings if f.urgency == answer.urgency)
    return Judged(vignette, answer.urgency, rules, tuple(unnamed))


def _names(alternatives: str, reasons: str) -> bool:
    return any(one.strip().lower() in reasons for one in alternatives.split("|"))


def _reasons(answer: Assessment) -> str:
    """What the reasons of the top tier say: title, suspicion, words, actions, facts."""
    said = []
    for finding in answer.findings:
        if finding.urgency == answer.urgency:
            said += [finding.title, finding.suspect, finding.says.patient, finding.says.clinician]
            said += [action.says for action in finding.actions]
            for reason in finding.because:
                said += [reason.meaning, *(fact.says for fact in reason.facts)]
    return " ".join(said)


def table(judged: Sequence[Judged]) -> str:
    """The tiers expected against those answered, and the figures, as Markdown."""
    counts = Counter((one.vignette.expected, one.urgency) for one in judged)
    head = "| expected \\ answered | " + " | ".join(t.replace("_", " ") for t in URGENCIES) + " |"
    lines = [head, "|---" * (len(URGENCIES) + 1) + "|"]
    for row in URGENCIES:
        cells = (str(counts[row, column] or "") for column in URGENCIES)
        lines.append(f"| **{row.replace('_', ' ')}** | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *figures(judged)])


def figures(judged: Sequence[Judged]) -> list[str]:
    """The figures that the build and docs/accuracy.md look at, one to a line."""
    emergencies = [one for one in judged if one.vignette.accepted == URGENCIES[:1]]
    low = [one for one in judged if one.vignette.expected in LOW]
    today = [one for one in judged if _clearly(one, URGENCIES[:2])]
    later = [one for one in judged if _clearly(one, URGENCIES[2:])]
    sent_off = [one.urgency == URGENCIES[0] for one in low]
    named = [not one.unnamed for one in judged if one.vignette.names]
    return [
        f"* within the accepted band: {_share([o.within for o in judged])}",
        f"* emergencies missed: {sum(o.missed_emergency for o in judged)} of {len(emergencies)}",
        f"* too low: {_share([o.too_low for o in judged])}",
        f"* too high, where soon or routine is right: {_share([o.too_high for o in low])}",
        f"* to an emergency, where soon or routine is right: {_share(sent_off)}",
        f"* today or not, sensitivity: {_share([o.urgency in URGENCIES[:2] for o in today])}",
        f"* today or not, specificity: {_share([o.urgency not in URGENCIES[:2] for o in later])}",
        f"* the suspicion named in the reasons: {_share(named)}",
    ]


def _clearly(one: Judged, tiers: tuple[str, ...]) -> bool:
    return set(one.vignette.accepted) <= set(tiers)


def _share(held: Sequence[bool]) -> str:
    return f"{sum(held)} of {len(held)} ({100 * sum(held) / max(1, len(held)):.1f} %)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and what is outside its band; 1 where that is not good enough."""
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__)
    parser.add_argument("--folder", type=Path, default=VIGNETTES)
    parser.add_argument("--names", action="store_true", help="also what the reasons do not name")
    asked = parser.parse_args(arguments)
    judged = judge(load_pack(), read_vignettes(asked.folder))
    print(table(judged))
    for one in judged:
        if not one.within or (asked.names and one.unnamed):
            print(_line(one))
    enough = sum(one.within for one in judged) >= WITHIN * len(judged)
    return 0 if enough and not any(one.missed_emergency for one in judged) else 1


def _line(one: Judged) -> str:
    wrong = {"MISSED": one.missed_emergency, "low": one.too_low, "high": one.too_high}
    what = next((name for name, is_so in wrong.items() if is_so), "unnamed")
    return (
        f"{what} {one.vignette.id}: {one.urgency} by {', '.join(one.rules) or 'no rule'}, accepted"
        f" {', '.join(one.vignette.accepted)}; not named: {'; '.join(one.unnamed) or '-'}"
        f" | {one.vignette.told}"
    )


if __name__ == "__main__":
    sys.exit(main())
