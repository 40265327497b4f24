"""The states of an alarm as a table: which step leads from where to where, and who may take it."""

from __future__ import annotations

from dataclasses import dataclass

from bonewatch.web.care.models import State

WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its states before, the one after, and what it needs."""

    name: str
    says: str
    before: frozenset[State]
    after: State
    needs_outcome: bool = False
    needs_note: bool = False
    by_person: bool = True


_LIVE = frozenset({State.OPEN, State.ACKNOWLEDGED, State.ACTED})
STEPS = {
    step.name: step
    for step in (
        Step("acknowledge", "I have this", frozenset({State.OPEN}), State.ACKNOWLEDGED),
        Step("act", "Say what was done", frozenset({State.ACKNOWLEDGED}), State.ACTED,
             needs_note=True),
        Step("close", "Close with an outcome", frozenset({State.ACTED}), State.CLOSED,
             needs_outcome=True),
        Step("hand_back", "Give it back", frozenset({State.ACKNOWLEDGED, State.ACTED}), State.OPEN,
             needs_note=True),
        Step(WORSE, "Reported worse", _LIVE, State.OPEN, by_person=False),
    )
}  # fmt: skip


def steps_from(state: str) -> list[Step]:
    """The steps that a person may take from a state."""
    return [step for step in STEPS.values() if step.by_person and State(state) in step.before]
