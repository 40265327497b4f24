"""The bibliography: CSL's fields, ids that resolve, readable lines, honest marks."""

from __future__ import annotations

import json
import re

import pytest

from bonewatch.knowledge.citation import reference, to_csl_json
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.load import all_cited
from bonewatch.knowledge.schema import SourceText

DOI = re.compile(r"10\.\d{4,9}/\S+")
CSL = {
    "id", "type", "title", "author", "issued", "container-title", "volume", "issue", "page",
    "publisher", "version", "DOI", "PMID", "PMCID", "URL", "note", "custom",
}  # fmt: skip


def test_every_item_has_the_fields_of_csl_and_no_others() -> None:
    items = json.loads(json.dumps(to_csl_json(core_pack().sources)))
    assert len(items) == len({item["id"] for item in items}) > 100
    for item in items:
        assert {"id", "type", "title"} <= item.keys() <= CSL, item["id"]
        for part in item.get("issued", {}).get("date-parts", []):
            assert all(isinstance(number, int) for number in part)
        for author in item.get("author", []):
            assert author.keys() in ({"literal"}, {"family"}, {"family", "given"})


def test_every_doi_is_one() -> None:
    wrong = [n for n, s in core_pack().sources.items() if s.doi and not DOI.fullmatch(s.doi)]
    assert wrong == []


def test_every_id_that_is_cited_resolves() -> None:
    pack = core_pack()
    cited = {c.id for rule in pack.rules.values() for c in rule.text.sources}
    cited |= {name for entry in pack.entries.values() for name in all_cited(entry.text)}
    cited |= {c.id for article in pack.articles.values() for c in article.about.sources}
    assert cited <= pack.sources.keys()


def test_a_reference_reads_well() -> None:
    source = core_pack().sources["pan-2017"]
    assert reference(source) == (
        "Pan H, et al. 20-year risks of breast-cancer recurrence after stopping endocrine therapy"
        " at 5 years. N Engl J Med 2017;377:1836-1846. doi 10.1056/NEJMoa1701830."
    )


def test_a_source_of_no_known_type_is_refused() -> None:
    with pytest.raises(ValueError, match="type"):
        SourceText.model_validate({"type": "rumour", "title": "x", "seen": "x", "known": "read"})
