"""The conditions of a pack seen from inside, for one person: what decided them, what is open."""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.engine.why import Found, Look, Why
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack

Values = Mapping[str, Value]
States = Mapping[str, bool | None]


class Partly:
    """One person's values and states of rules, looked at part by part, each part once."""

    def __init__(self, pack: Pack, why: Why, values: Values, states: States) -> None:
        self._pack, self._why, self._values, self._states = pack, why, values, states
        self._open: dict[str, Found] = {}

    def reasons_of(self, feature: str) -> Found:
        """The features that made a feature of an entry what it is.

        A yes-or-no feature made of others is explained by those; a number also by itself.
        """
        look = self._why.decided.get(feature)
        ours = self._pack.features.get(feature)
        itself = ours is not None and (look is None or ours.kind != "bool")
        found: Found = {feature: None} if itself else {}
        return found | self._decided(look) if look else found

    def open_of(self, feature: str) -> Found:
        """The unknown features that keep a feature of an entry open.

        One that can be asked about stands for those it is made of.
        """
        found = self._open.get(feature)
        if found is None:
            look = self._why.open.get(feature)
            leaf = look is None or self._pack.feature(feature).ask
            found = {feature: None} if leaf or look is None else self._left_open(look)
            self._open[feature] = found
        return found

    def reasons(self, rule: str) -> Found:
        """The features that made the rule's condition true, in the order it reads them."""
        return self._decided(self._why.decided_when[rule])

    def open_in(self, rule: str) -> Found:
        """The unknown features that keep the rule open, in the order it reads them."""
        return self._left_open(self._why.open_when[rule]) | self.open_in_guard(rule)

    def open_in_guard(self, rule: str) -> Found:
        """The unknown features that leave open whom the rule is for, or an exception to it."""
        return self._left_open(self._why.open_guard[rule])

    def _left_open(self, look: Look) -> Found:
        found: Found = {}
        look(self._values, self._states, found, self.open_of, self.open_in)
        return found

    def _decided(self, look: Look) -> Found:
        found: Found = {}
        look(self._values, self._states, found, self.reasons_of, self.reasons)
        return found
