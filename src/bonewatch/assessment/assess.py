"""Record + pack + day -> Assessment.

Read `Assessor.assess` first: it is the whole product in a few lines. Everything is as of a day;
nothing here reads the clock, and no clinical number stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bonewatch.assessment.ask import OpenFacts, not_measured, open_facts, questions
from bonewatch.assessment.evidence import SCALE, Reason, Voices
from bonewatch.assessment.explain import Reasons
from bonewatch.assessment.in_play import ASKED, is_in_play, triggers_of
from bonewatch.assessment.not_judged import NotJudged
from bonewatch.assessment.partly import Partly
from bonewatch.assessment.pathway.prepared import cited
from bonewatch.assessment.pathway.result import Pathway
from bonewatch.assessment.pathway.told import Teller
from bonewatch.assessment.result import (
    Action,
    Assessment,
    Finding,
    Knowledge,
    Question,
    SignSeen,
    Topic,
)
from bonewatch.assessment.telephone import TelephoneWords
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.engine.kept import Code, code_of
from bonewatch.engine.why import why_of
from bonewatch.features import tree as t
from bonewatch.knowledge.education import topics_for
from bonewatch.knowledge.pack import URGENCIES, Pack, Rule
from bonewatch.record.checks import later_than, undated
from bonewatch.record.record import Note, Record


@dataclass(frozen=True, slots=True)
class Brief:
    """The short form of an answer: the urgency, the highest it can be, the rules acted on."""

    urgency: str
    urgency_high: str
    rules: tuple[str, ...]


class Assessor:
    """A pack made ready to assess one record after another."""

    def __init__(self, pack: Pack, protocol: str = "", code: Code | None = None) -> None:
        """`protocol` is the clinic's protocol of follow-up; the pack's own where it is empty.

        `code` is the pack's programs where they are compiled already.
        """
        self.pack = pack
        code = code or code_of(pack)
        self.engine = Engine(pack, code.program)
        self._why = why_of(code.why)
        self._teller = Teller(self.engine, self._why, protocol)
        self._knowledge = _knowledge_of(pack)
        self._counting = {rule.id for rule in pack.rules.values() if t.rules(rule.when)}
        self._triggers = triggers_of(pack)
        self._not_judged = NotJudged(pack)
        self._telephone = TelephoneWords(pack)
        self._most = sorted(pack.rules.values(), key=lambda r: (pack.order(r.urgency), r.id))

    def assess(self, record: Record, as_of: date) -> Assessment:
        """How urgent, why, what to do, and what is not known, for this record on this day."""
        evaluation = self.engine.triage(record, as_of)
        states = self._partly(evaluation, evaluation.states)
        acted_on = self._acted_on(evaluation)
        urgency = self._highest(acted_on)
        findings = self._findings(acted_on, evaluation, states)
        died = self._has_died(evaluation)
        facts = {} if died else self._open_facts(evaluation, urgency, states)
        settling = {} if died else self._settling(acted_on, urgency, states)
        told = not died and not self._is(evaluation, "child")
        pathway = self._teller.tell(evaluation) if told else Pathway()
        return self._assessment(
            record, as_of, evaluation, acted_on, findings, facts, settling, pathway
        )

    def brief(self, record: Record, as_of: date) -> Brief:
        """Only how urgent, how urgent it may be, and by which rules: what `assess` says of them."""
        evaluation = self.engine.triage(record, as_of)
        acted_on = self._acted_on(evaluation)
        _, high = self._range(evaluation)
        return Brief(self._highest(acted_on), high, tuple(rule.id for rule in acted_on))

    def still_open(self, record: Record, as_of: date) -> OpenFacts:
        """The unknown features that could raise the urgency, with the highest tier they could."""
        evaluation = self.engine.triage(record, as_of)
        urgency = self._highest(self._acted_on(evaluation))
        return self._open_facts(evaluation, urgency, self._partly(evaluation, evaluation.states))

    def _open_facts(self, evaluation: Evaluation, urgency: str, states: Partly) -> OpenFacts:
        return open_facts(self.pack, evaluation, urgency, states, self.in_play(evaluation))

    def in_play(self, evaluation: Evaluation) -> frozenset[str]:
        """The rules that something told or found speaks for, or that its questions may settle."""
        return frozenset(name for name in self.pack.rules if self._in_play(name, evaluation))

    def _in_play(self, rule: str, evaluation: Evaluation) -> bool:
        asked = self.pack.known.get(ASKED, "")
        return is_in_play(self._triggers[rule], evaluation.values, asked)

    def _settling(self, acted_on: list[Rule], urgency: str, states: Partly) -> OpenFacts:
        """The unknown exceptions that would end a tier which is acted on only as a precaution."""
        top = [rule for rule in acted_on if rule.urgency == urgency]
        open_in = [states.open_in_guard(rule.id) for rule in top]
        if not top or not all(open_in):
            return {}
        rest = self._highest([rule for rule in acted_on if rule.urgency != urgency])
        if rest == urgency:  # Nothing is below the lowest.
            return {}
        return {name: rest for found in open_in for name in found}

    def findings(self, evaluation: Evaluation) -> tuple[Finding, ...]:
        """Only the findings of a triage, whichever engine computed it."""
        states = self._partly(evaluation, evaluation.states)
        return self._findings(self._acted_on(evaluation), evaluation, states)

    def _findings(
        self, rules: list[Rule], evaluation: Evaluation, states: Partly
    ) -> tuple[Finding, ...]:
        acts, reasons = self._partly(evaluation, evaluation.acts), Reasons(self.engine, evaluation)
        return tuple(
            self._finding(rule, evaluation, states, reasons.of(acts.reasons(rule.id)))
            for rule in rules
        )

    def _partly(self, evaluation: Evaluation, states: Mapping[str, bool | None]) -> Partly:
        return Partly(self.pack, self._why, evaluation.values, states)

    def _has_died(self, evaluation: Evaluation) -> bool:
        return self._is(evaluation, "died")

    def _is(self, evaluation: Evaluation, known: str) -> bool:
        return bool(evaluation.values.get(self.pack.known.get(known, "")))

    def _acted_on(self, evaluation: Evaluation) -> list[Rule]:
        """The rules to act on, most urgent first, proven before precautionary.

        A rule that only counts others says nothing about what is wrong, so it speaks after them.
        """
        if self._has_died(evaluation):
            return []
        acted_on = [rule for rule in self._most if evaluation.acts[rule.id]]
        return sorted(acted_on, key=lambda rule: self._place(rule, evaluation))

    def _place(self, rule: Rule, evaluation: Evaluation) -> tuple[int, bool, bool]:
        unproven = evaluation.states[rule.id] is None
        return self.pack.order(rule.urgency), unproven, rule.id in self._counting

    def _highest(self, rules: list[Rule]) -> str:
        return min((r.urgency for r in rules), key=self.pack.order, default=URGENCIES[-1])

    def _means(self, rules: list[Rule], urgency: str) -> str:
        """The fastest means that the rules of this tier ask for; the tier's own where none says."""
        usual = self.pack.urgencies[urgency].means
        said = [rule.text.means or usual for rule in rules if rule.urgency == urgency]
        order = {name: text.order for name, text in self.pack.means.items()}
        return min(said, key=lambda name: order.get(name, 0), default=usual)

    def _how(self, means: str) -> str:
        text = self.pack.means.get(means)
        return text.label if text else means.replace("_", " ")

    def _range(self, evaluation: Evaluation) -> tuple[str, str]:
        """The lowest and the highest urgency, whatever the unknown facts turn out to be."""
        if self._has_died(evaluation):
            return URGENCIES[-1], URGENCIES[-1]
        states, acts = evaluation.states, evaluation.acts
        low = self._highest([rule for rule in self._most if states[rule.id]])
        high = [
            rule
            for rule in self._most
            if states[rule.id]
            or acts[rule.id]
            or (states[rule.id] is None and self._in_play(rule.id, evaluation))
        ]
        return low, self._highest(high)

    def _finding(
        self, rule: Rule, evaluation: Evaluation, states: Partly, because: tuple[Reason, ...]
    ) -> Finding:
        text = rule.text
        proven = evaluation.states[rule.id] is True
        return Finding(
            rule=rule.id,
            title=text.title,
            state="present" if proven else "unknown",
            urgency=rule.urgency,
            means=self._means([rule], rule.urgency),
            suspect=text.suspect,
            says=Voices(text.patient, text.clinician),
            within=self.pack.urgencies[rule.urgency].within,
            actions=tuple(Action(name, self.pack.actions[name]) for name in text.actions),
            because=because,
            not_proven=() if proven else self._not_proven(rule, evaluation, states),
            sources=tuple(cited(self.pack, citation) for citation in text.sources),
            basis=text.basis,
            own=text.own,
            conventions=tuple(self._convention(name) for name in rule.conventions),
            review=text.review.state,
        )

    def _not_proven(self, rule: Rule, evaluation: Evaluation, states: Partly) -> tuple[str, ...]:
        names = dict.fromkeys(self._open_guards(rule, evaluation, states))
        return tuple(self.pack.features[name].meaning for name in names)

    def _open_guards(self, rule: Rule, evaluation: Evaluation, states: Partly) -> Iterator[str]:
        """What is not known in the rule's guard, and in those of the rules it counts."""
        yield from states.open_in_guard(rule.id)
        for name in sorted(t.rules(rule.when)):
            if evaluation.acts[name] and evaluation.states[name] is None:
                yield from self._open_guards(self.pack.rules[name], evaluation, states)

    def _convention(self, name: str) -> str:
        setting = self.pack.settings[name]
        unit = " of 10" if setting.unit == SCALE else f" {setting.unit}"
        return f"{setting.is_}: {setting.value:g}{unit} ({name})"

    def _assessment(
        self, record: Record, as_of: date, evaluation: Evaluation, acted_on: list[Rule],
        findings: tuple[Finding, ...], facts: OpenFacts, settling: OpenFacts, pathway: Pathway,
    ) -> Assessment:  # fmt: skip
        urgency = self._highest(acted_on)
        low, high = self._range(evaluation)
        tier, most = self.pack.urgencies[urgency], self.pack.about.questions
        asked = questions(self.pack, evaluation, urgency, settling, facts)
        died = self._has_died(evaluation)
        skipped = () if died else self._not_judged.of(evaluation, acted_on)
        signs = () if died else tuple(self._signs_seen(evaluation))
        means = self._means(acted_on, urgency)
        return Assessment(
            patient_id=record.patient_id,
            as_of=as_of,
            known={name: evaluation.values[f] for name, f in self.pack.known.items()},
            notes=_notes(record, as_of),
            not_understood=dict(record.not_understood),
            urgency=urgency,
            means=means,
            how=self._how(means),
            urgency_low=low,
            urgency_high=high,
            label=tier.label,
            within=tier.within,
            headline=self._headline(died, urgency, findings, asked, skipped),
            say="" if died else self._telephone.say(evaluation, findings),
            findings=findings,
            signs=signs,
            ask=tuple(asked[:most]),
            ask_more=max(0, len(asked) - most),
            not_measured=tuple(not_measured(self.pack, facts)),
            not_judged=skipped,
            unanswered=self._voices("unanswered") if _is_danger_open(asked) else None,
            safety_net=self._voices("safety_net") if tier.safety_net and not died else None,
            cautions=self._cautions(evaluation),
            pathway=pathway,
            learn=() if died else tuple(self._learn(findings, signs)),
            knowledge=self._knowledge,
        )

    def _learn(self, findings: tuple[Finding, ...], signs: tuple[SignSeen, ...]) -> Iterator[Topic]:
        names = (*(finding.rule for finding in findings), *(sign.id for sign in signs))
        for topic in topics_for(self.pack.articles, names):
            yield Topic(topic, self.pack.articles[topic].title)

    def _signs_seen(self, evaluation: Evaluation) -> Iterator[SignSeen]:
        for name in self.engine.signs(evaluation):
            text = self.pack.signs[name].text
            yield SignSeen(name, text.title, text.kind, text.towards, text.instead, text.dangerous)

    def _headline(
        self, died: bool, urgency: str, findings: tuple[Finding, ...], asked: list[Question],
        skipped: tuple[str, ...],
    ) -> Voices:  # fmt: skip
        if died:
            return self._voices("died")
        tier = self.pack.urgencies[urgency]
        if urgency == URGENCIES[-1] and skipped and not findings:
            said = self._voices("not_judged")
            return Voices(said.patient, said.clinician.format(what="; ".join(skipped)))
        if urgency == URGENCIES[-1] and _is_danger_open(asked):
            return self._voices("not_asked")
        if not findings:
            return Voices(tier.patient, tier.clinician)
        first = findings[0]
        return Voices(first.says.patient, _with_title(first))

    def _voices(self, name: str) -> Voices:
        words = self.pack.words
        return Voices(words[f"{name}_patient"], words[f"{name}_clinician"])

    def _cautions(self, evaluation: Evaluation) -> tuple[str, ...]:
        words = self.pack.words
        first = [words["not_adult"]] if self._is(evaluation, "child") else []
        if not self._is(evaluation, "breast_cancer"):
            first.append(words["not_breast_cancer"])
        return (*first, words["not_for_diagnosis"])


def _knowledge_of(pack: Pack) -> Knowledge:
    reviewed = all(rule.text.review.state == "reviewed" for rule in pack.rules.values())
    state = "reviewed" if reviewed else "unreviewed"
    return Knowledge(pack.about.name, pack.version, pack.hash, state)


def _notes(record: Record, as_of: date) -> tuple[Note, ...]:
    return (*record.notes, *later_than(record.tables, as_of), *undated(record.tables, as_of))


def _with_title(finding: Finding) -> str:
    """The finding's title, and what to do; once where the one begins with the other."""
    says = finding.says.clinician
    return says if says.startswith(finding.title) else f"{finding.title}. {says}"


def _is_danger_open(asked: list[Question]) -> bool:
    return any(question.could_raise_to == URGENCIES[0] for question in asked)
