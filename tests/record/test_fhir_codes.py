"""The code lists: every row means a word of ours, says where it is from, and is well formed."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest

from bonewatch.record.fhir.code_lists import code_list, system_name
from bonewatch.record.tables import TABLES
from bonewatch.record.words import words

FOLDER = files("bonewatch.record") / "codes"
NAMES = sorted(path.name.removesuffix(".csv") for path in FOLDER.iterdir())
CODED = [name for name in NAMES if name not in ("units", "drug_name", "system")]
D = [
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
]
P = [
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list."""
    return list(csv.DictReader((FOLDER / f"{name}.csv").read_text("utf-8").splitlines()))


def snomed_holds(code: str) -> bool:
    """The check digit of a SNOMED CT identifier (Verhoeff)."""
    check = 0
    for n, digit in enumerate(reversed(code)):
        check = int(D[check][int(P[n % 8][int(digit)])])
    return check == 0


def loinc_holds(code: str) -> bool:
    """The check digit of a LOINC code (Luhn)."""
    digits, _, check = code.partition("-")
    backwards = digits[::-1]
    doubled = str(int(backwards[::2][::-1]) * 2) + backwards[1::2]
    return sum(int(digit) for digit in doubled + check) % 10 == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_where_it_is_from(name: str) -> None:
    assert all(row["source"] for row in rows(name))


@pytest.mark.parametrize("name", CODED)
def test_check_digits_hold(name: str) -> None:
    for row in rows(name):
        code = row["code"]
        if row["system"] == "snomed":
            assert snomed_holds(code), code
        if row["system"] == "loinc" and not code.startswith("LA"):
            assert loinc_holds(code), code


@pytest.mark.parametrize("name", CODED)
def test_no_code_stands_twice_and_every_code_is_found_again(name: str) -> None:
    codes = [(row["system"], row["code"]) for row in rows(name) if row["system"] != "text"]
    assert len(codes) == len(set(codes))
    assert code_list(name).phrases or code_list(name).by_code


@pytest.mark.parametrize("name", CODED)
def test_icd_and_atc_codes_have_their_shape(name: str) -> None:
    shapes = {
        "icd10": r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\*?",
        "icd9": r"[V\d]\d{1,2}(?:\.\d{1,2})?\*?",
        "atc": r"[A-Z]\d\d[A-Z]{1,2}(?:\d\d)?\*?",
        "rxnorm": r"\d{2,7}",
    }
    for row in rows(name):
        shape = shapes.get(row["system"])
        assert shape is None or re.fullmatch(shape, row["code"]), row["code"]


MEANS = [
    ("condition", "kind", "condition"),
    ("symptom", "kind", "symptom"),
    ("site", "site", "site"),
    ("drug", "agent", "agent"),
    ("drug_name", "agent", "agent"),
    ("region", "region", "region"),
]


@pytest.mark.parametrize(("name", "column", "list_of"), MEANS)
def test_every_row_means_a_word_of_ours(name: str, column: str, list_of: str) -> None:
    meant = {row[column] for row in rows(name) if row.get("system") != "never"}
    assert meant <= set(words(list_of)), meant - set(words(list_of))


@pytest.mark.parametrize(
    ("name", "column", "table", "field"),
    [
        ("breast_cancer", "side", "primary_cancer", "side"),
        ("breast_cancer", "histology", "primary_cancer", "histology"),
        ("histology", "histology", "primary_cancer", "histology"),
        ("imaging_result", "result", "imaging", "result"),
        ("intent", "intent", "treatment", "intent"),
        ("menopause", "menopause", "patient", "menopause"),
        ("side", "side", "symptom", "side"),
    ],
)
def test_every_row_means_a_choice_of_ours(name: str, column: str, table: str, field: str) -> None:
    meant = {row[column] for row in rows(name)} - {""}
    assert meant <= set(TABLES[table].field(field).choices)


def test_sites_within_the_lists_are_sites_or_regions() -> None:
    for name in ("condition", "symptom", "metastasis", "procedure"):
        sites = {row["site"] for row in rows(name)} - {"", "by_text", "by_body_site"}
        assert sites <= set(words("site")) | set(words("region"))


def test_observations_mean_fields_and_measurements() -> None:
    for row in rows("observation"):
        if row["role"] == "measurement":
            assert row["name"] in words("measurement")


def test_procedures_mean_agents_modalities_and_visits() -> None:
    modalities = set(TABLES["imaging"].field("modality").choices) | {""}
    known = {
        "treatment": set(words("agent")),
        "imaging": modalities,
        "visit": set(TABLES["visit"].field("kind").choices),
        "biopsy": {""},
    }
    for row in rows("procedure"):
        assert row["system"] == "never" or row["word"] in known[row["role"]]


def test_every_problem_can_be_read_but_those_only_a_clinic_says() -> None:
    coded = {row["kind"] for name in ("condition", "metastasis") for row in rows(name)}
    assert set(words("condition")) - coded == {
        "other_cancer", "removable_organ_metastasis", "unremovable_organ_metastasis",
        "visceral_crisis",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "code", "short"),
    [
        ("http://snomed.info/sct", "1", "snomed"),
        ("https://snomed.info/sct/", "1", "snomed"),
        ("urn:oid:2.16.840.1.113883.6.96", "1", "snomed"),
        ("2.16.840.1.113883.6.1", "1", "loinc"),
        ("LOINC", "1", "loinc"),
        ("http://loinc.org|2.77", "1", "loinc"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "C50", "icd10"),
        ("ICD10CM", "C50", "icd10"),
        ("", "2160-0", "loinc"),
        ("", "C50.911", "icd10"),
        ("", "254837009", "snomed"),
        ("", "abc", ""),
        ("http://hospital.example/codes", "1", "http://hospital.example/codes"),
    ],
)
def test_code_systems_are_known_however_they_are_spelt(written: str, code: str, short: str) -> None:
    assert system_name(written, code) == short
