"""One thing that was told: a Condition, an Observation or a component of one, and its context."""

from __future__ import annotations

from dataclasses import dataclass

from bonewatch.record.fhir.cancers import Cancers
from bonewatch.record.fhir.chart import Chart, RawRow
from bonewatch.record.fhir.code_lists import Concept
from bonewatch.record.fhir.places import Place, within
from bonewatch.record.fhir.resources import Entry


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What was said (`part`, `meant`), in which resource, on which day, about which patient."""

    entry: Entry
    cancers: Cancers
    part: dict[str, object]
    meant: Concept
    on: str = ""

    @property
    def chart(self) -> Chart:
        """The chart of the patient it is about."""
        return self.cancers.chart

    @property
    def resource(self) -> dict[str, object]:
        """The whole resource it was said in."""
        return self.entry.resource

    def add(self, table: str, **fields: object) -> RawRow:
        """A row from it."""
        return self.chart.add(table, self.entry, **fields)

    def note(self, says: str) -> None:
        """Something to know about it."""
        self.chart.note(self.entry, says)

    def miss(self) -> None:
        """Count it as not understood."""
        self.chart.miss(self.entry, self.meant)

    def where(self, site: str = "", side: str = "") -> Place:
        """The place the list gives, else the resource's body site, else the words."""
        return within(site, side, self.resource, self.meant)
