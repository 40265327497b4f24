"""Who and what a reference means: relative, absolute, urn:uuid and contained references.

Also finds whose each resource is. A resource that names nobody belongs to the one patient there
is; one that names another patient never does.
"""

from __future__ import annotations

from collections.abc import Iterable

from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import items, mapping, mappings, text
from bonewatch.record.record import Note

_SUBJECTS = ("subject", "patient", "individual", "beneficiary", "for")
_NO_PATIENT = {"Group", "Device", "Location", "RelatedPerson", "Substance"}
_RELATIVES = {"RelatedPerson", "FamilyMemberHistory"}


def tail(reference: str) -> str:
    """`Patient/12` out of an address, without its version."""
    parts = reference.partition("/_history/")[0].partition("?")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else reference


def target(reference: object) -> str:
    """The text of a reference; empty when it has none."""
    if isinstance(reference, dict):
        reference = reference.get("reference")
    return reference.strip() if isinstance(reference, str) else ""


class Index:
    """Everything that was read, by its addresses."""

    def __init__(self, found: Iterable[Entry]) -> None:
        self.problems: list[Note] = []
        self.entries: list[Entry] = []
        self._by_address: dict[str, Entry] = {}
        self._by_identifier: dict[tuple[str, str], Entry] = {}
        for entry in found:
            self._take(entry)
        self.entries = [entry for entry in self.entries if not self._replaced(entry)]

    def _take(self, entry: Entry) -> None:
        if entry.says:
            self.problems.append(Note(entry.at, entry.says))
            return
        self.entries.append(entry)
        if entry.inside is None:
            self._register(entry)
        if entry.type == "Patient":
            self._identify(entry)

    def _register(self, entry: Entry) -> None:
        earlier = self._by_address.get(entry.key) if entry.key else None
        if earlier is not None and not self._supersedes(entry, earlier):
            return
        for address in (entry.key, entry.url):
            if address:
                self._by_address[address] = entry

    def _supersedes(self, entry: Entry, earlier: Entry) -> bool:
        """True when the later of two with one id takes the earlier one's place."""
        if entry.resource == earlier.resource:
            return False
        self.problems.append(Note(entry.at, "stands there twice; the newer one is used"))
        return _version(entry) >= _version(earlier)

    def _replaced(self, entry: Entry) -> bool:
        outermost = entry.inside or entry
        return bool(outermost.key) and self._by_address.get(outermost.key) is not outermost

    def _identify(self, entry: Entry) -> None:
        for identifier in mappings(entry.resource.get("identifier")):
            key = (text(identifier.get("system")), text(identifier.get("value")))
            if key[1]:
                self._by_identifier[key] = entry

    def find(self, reference: object, within: Entry) -> Entry | None:
        """The resource a reference means, if it was read."""
        address = target(reference)
        if address.startswith("#"):
            return (within.inside or within).contained.get(address[1:])
        if not address:
            return None
        return self._by_address.get(address) or self._by_address.get(tail(address))

    def subject_id(self, entry: Entry) -> str | None:
        """The id of the patient a resource names; None when it names none."""
        if entry.type == "Patient":
            return _patient_id(entry)
        for name in _SUBJECTS:
            reference = entry.resource.get(name)
            if reference:
                found = self._patient(mapping(reference), entry)
                if found is not None:
                    return found
        return self.subject_id(entry.inside) if entry.inside else None

    def _patient(self, reference: dict[str, object], entry: Entry) -> str | None:
        found = self.find(reference, entry)
        if found is None and "identifier" in reference:
            found = self._identified(reference)
        if found is not None:
            return _patient_id(found) if found.type == "Patient" else None
        kind, slash, identity = tail(target(reference)).partition("/")
        return identity or None if slash and kind == "Patient" else None

    def _identified(self, reference: dict[str, object]) -> Entry | None:
        identifier = mapping(reference.get("identifier"))
        key = (text(identifier.get("system")), text(identifier.get("value")))
        return self._by_identifier.get(key)


def _version(entry: Entry) -> tuple[str, str]:
    meta = mapping(entry.resource.get("meta"))
    return text(meta.get("lastUpdated")), text(meta.get("versionId")).zfill(12)


def _patient_id(entry: Entry) -> str:
    identity = text(entry.resource.get("id"))
    return identity or entry.url.rpartition("/")[2].rpartition(":")[2]


def about_somebody_else(entry: Entry) -> str:
    """The kind of thing a resource is about when that is no patient (a group, a device)."""
    subject = entry.resource.get("subject")
    if subject and (kind := _kind(subject)) in _NO_PATIENT:
        return kind
    if "focus" in entry.resource:
        kinds = (_kind(focus) for focus in items(entry.resource["focus"]))
        return next((kind for kind in kinds if kind in _RELATIVES), "")
    return ""


def _kind(reference: object) -> str:
    return tail(target(reference)).partition("/")[0]


def assign(index: Index) -> list[str]:
    """Give each resource its patient's id; the ids in the order they were met.

    A contained patient whom nothing names as its subject is nobody's record, and is dropped.
    """
    named = [(entry, index.subject_id(entry)) for entry in index.entries]
    subjects = [name for entry, name in named if name is not None and not _is_contained(entry)]
    known = list(dict.fromkeys(subjects))
    only = known[0] if len(known) == 1 else ""
    for entry, name in named:
        entry.patient_id = only if name is None else name
    index.entries = [entry for entry, name in named if not _is_contained(entry) or name in known]
    return known


def _is_contained(entry: Entry) -> bool:
    return entry.type == "Patient" and entry.inside is not None
