"""The ten tables of a record: the one definition of what may be said about a person.

JSON Schema, DDL, web forms and the reference page are made from `TABLES`. A field says its
type, unit, meaning, and what its absence means (nothing, unless `absent_means` says otherwise).
No clinical threshold lives here: `least` and `most` are the ends of a scale or of the possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

FieldType = Literal["text", "bool", "number", "integer", "date", "choice", "word"]
Listing = Literal["open", "closed", "closed_once_listed"]
Scalar = str | bool | int | float | None


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its type, meaning and limits.

    `words` names the controlled list (record/words/<words>.csv) of a `word` field.
    `absent_means` is the value a row has when it does not say; None means "not known".
    `known_before` marks what was already known on the table's earlier date (a planned visit).
    `may_be_future` marks a date that may lie after the day of the record (a planned visit).
    """

    name: str
    type: FieldType
    meaning: str
    choices: tuple[str, ...] = ()
    words: str = ""
    unit: str = ""
    least: float | None = None
    most: float | None = None
    required: bool = False
    absent_means: Scalar = None
    known_before: bool = False
    may_be_future: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, which date makes it known, and what a missing row means.

    `dated_by` is the day from which a row may be used; `planned_by` an earlier day (ordered,
    planned) on which only the `known_before` fields may. `listing` says what no row means:
    `open` not known; `closed` no; `closed_once_listed` no as soon as the table has any row.
    With `undated_is_first` a row without its date counts as the earliest, not as none.
    """

    name: str
    row_is: str
    fields: tuple[Field, ...]
    dated_by: str = ""
    planned_by: str = ""
    undated_is_as_of: bool = False
    undated_is_first: bool = False
    listing: Listing = "open"

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        return next(f for f in self.fields if f.name == name) if name in self.names else _none(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(f.name for f in self.fields)

    @property
    def dates(self) -> tuple[str, ...]:
        """The names of the date fields, in order."""
        return tuple(f.name for f in self.fields if f.type == "date")


def _none(name: str) -> Field:
    raise KeyError(name)


class _More(TypedDict, total=False):
    least: float
    most: float
    required: bool
    absent_means: Scalar
    known_before: bool
    may_be_future: bool


def _text(name: str, meaning: str, **more: Unpack[_More]) -> Field:
    return Field(name, "text", meaning, **more)


def _bool(name: str, meaning: str, **more: Unpack[_More]) -> Field:
    return Field(name, "bool", meaning, **more)


def _date(name: str, meaning: str, **more: Unpack[_More]) -> Field:
    return Field(name, "date", meaning, **more)


def _choice(name: str, meaning: str, choices: str, **more: Unpack[_More]) -> Field:
    return Field(name, "choice", meaning, tuple(choices.split()), **more)


def _word(name: str, meaning: str, words: str, **more: Unpack[_More]) -> Field:
    return Field(name, "word", meaning, words=words, **more)


def _number(name: str, meaning: str, unit: str = "", **more: Unpack[_More]) -> Field:
    return Field(name, "number", meaning, unit=unit, **more)


def _integer(name: str, meaning: str, unit: str = "", **more: Unpack[_More]) -> Field:
    return Field(name, "integer", meaning, unit=unit, **more)


def _percent(name: str, meaning: str) -> Field:
    return Field(name, "number", meaning, unit="%", least=0, most=100)


_SIDES = "left right both"
_HER2 = "negative ultralow low positive"
_T = "Tis T0 T1mi T1a T1b T1c T1 T2 T3 T4a T4b T4c T4d T4"
_N = "N0 N0(i+) N1mi N1a N1b N1c N1 N2a N2b N2 N3a N3b N3c N3"

PATIENT = Table(
    "patient",
    "a person",
    (
        _text("patient_id", "an opaque identifier; may be left out when there is one person"),
        _date("birth_date", "day, month or year of birth"),
        _choice("sex", "sex recorded by the clinic", "female male other"),
        _choice("menopause", "menopausal status", "pre peri post"),
        _date("died_on", "date of death"),
    ),
)

PRIMARY_CANCER = Table(
    "primary_cancer",
    "one breast cancer",
    (
        _date("diagnosed_on", "date of diagnosis"),
        _choice("side", "which breast", _SIDES),
        _choice("histology", "histological type", "ductal lobular mixed other"),
        _bool("invasive", "false for carcinoma in situ only"),
        _choice("t", "primary tumour category (TNM)", _T),
        _choice("n", "regional lymph node category (TNM)", _N),
        _choice("m", "distant metastasis category (TNM)", "M0 M1"),
        _choice("stage", "anatomic stage group", "0 I IA IB II IIA IIB III IIIA IIIB IIIC IV"),
        _integer("grade", "histological grade (Nottingham)", least=1, most=3),
        _number("size_mm", "largest invasive diameter", "mm", least=0, most=500),
        _integer("nodes_positive", "lymph nodes with metastasis", least=0, most=100),
        _integer("nodes_examined", "lymph nodes examined", least=0, most=150),
        _percent("er_percent", "oestrogen receptor, cells stained"),
        _bool("er_positive", "oestrogen receptor positive"),
        _percent("pr_percent", "progesterone receptor, cells stained"),
        _bool("pr_positive", "progesterone receptor positive"),
        _choice("her2", "HER2 status", _HER2),
        _percent("ki67_percent", "Ki-67 labelling index"),
        _bool("lymphovascular_invasion", "tumour in lymph or blood vessels"),
        _bool("screen_detected", "found by screening"),
        _date("treatment_ended_on", "end of primary treatment other than tablets"),
    ),
    dated_by="diagnosed_on",
    undated_is_first=True,
)

SYMPTOM = Table(
    "symptom",
    "one complaint in one report",
    (
        _date("reported_on", "the day of the report; the as-of date when absent"),
        _word("kind", "which complaint", "symptom", required=True),
        _bool("present", "false: asked, and not there", absent_means=True),
        _word("site", "where in the body", "site"),
        _choice("side", "which side; dominant is one-sided", "left right both dominant"),
        _number("severity", "worst in the last 24 hours", "0-10", least=0, most=10),
        _date("started_on", "when it began"),
        _choice("trend", "how it is going", "better same worse sudden comes_and_goes"),
        _bool("worse_at_night", "worse at night or lying down, or disturbs sleep"),
        _integer("nights_in_last_week", "nights of the last seven", "nights", least=0, most=7),
        _bool("worse_at_rest", "there at rest"),
        _bool("worse_on_activity", "worse when moving"),
        _bool("worse_on_weight_bearing", "worse when standing or putting weight on it"),
        _bool("worse_on_cough_or_strain", "worse on coughing, sneezing or straining"),
        _bool("worse_on_breathing", "worse on breathing in"),
        _bool("worse_on_touch", "sore when the spot is pressed"),
        _bool("worse_in_morning", "worst on waking or first moving"),
        _bool("unremitting", "never lets up"),
        _bool("eased_by_painkillers", "painkillers help"),
        _bool("radiating", "spreads down a limb or round the body"),
        _choice("after_injury", "what set it off", "none minor major overuse surgery"),
        _bool("stops_use", "cannot bear weight or use the limb"),
        _bool(
            "known_and_assessed",
            "an old complaint, already looked into and unchanged",
            absent_means=False,
        ),
        _date("changed_on", "when it last got worse, or changed"),
        _date("ended_on", "when it was gone again; absent while it is there"),
        _choice("onset", "how fast it came on", "minutes hours days weeks months"),
        _bool("usual_pattern", "as in earlier bouts of a complaint long known, unchanged"),
        _integer("grade", "severity by CTCAE, as a clinician graded it", least=1, most=5),
        _number(
            "count_24h", "times in 24 hours, beyond the person's usual", "1/d", least=0, most=100
        ),
        _bool("with_blood", "blood in it"),
        _bool("fluids_stay_down", "water stays down"),
        _choice("intake", "eating and drinking", "normal less sips none"),
        _number("last_urine_hours", "hours since urine was last passed", "h", least=0, most=240),
        _choice("exertion", "least effort that brings it on", "rest dressing flat stairs hill"),
        _bool("eased_lying", "lying down eases it"),
        _bool("reproduced_by_touch", "pressing or moving the spot brings all of it on"),
        _choice("reporter", "who reports", "patient carer clinician"),
        _text("words", "the person's own words; none when absent", absent_means=""),
    ),
    dated_by="reported_on",
    undated_is_as_of=True,
)

MEASUREMENT = Table(
    "measurement",
    "one value",
    (
        _date("measured_on", "when the sample was taken or the value read"),
        _word("what", "what was measured", "measurement", required=True),
        _number("value", "the value, in `unit`"),
        _text("unit", "UCUM unit; converted to the canonical unit of `what`"),
        _number("low", "lower end of the laboratory's own range, in `unit`"),
        _number("high", "upper end of the laboratory's own range, in `unit`"),
        _choice("flag", "where only that is known", "low normal high"),
        _choice("grade", "the grade, of a scale from A to E (Frankel, ASIA)", "A B C D E"),
    ),
    dated_by="measured_on",
)

IMAGING = Table(
    "imaging",
    "one imaging study",
    (
        _date("done_on", "when it was done"),
        _date("ordered_on", "when it was asked for", known_before=True),
        _choice(
            "modality",
            "kind of imaging",
            "xray ct mri bone_scan pet_ct dxa mammogram ultrasound",
            known_before=True,
        ),
        _word("region", "what was imaged", "region", known_before=True),
        _choice(
            "result",
            "what was found",
            "normal benign equivocal suspicious metastasis stable fracture cord_compression",
        ),
        _choice("side", "which side", _SIDES, known_before=True),
        _choice(
            "fracture_type",
            "of a fracture, what its appearance speaks for; atypical is the femoral kind",
            "benign malignant atypical indeterminate",
        ),
        _percent("height_loss_percent", "height lost by the most deformed vertebra"),
        _choice(
            "reason", "why it was done", "symptoms surveillance staging response", known_before=True
        ),
    ),
    dated_by="done_on",
    planned_by="ordered_on",
)

LESION = Table(
    "lesion",
    "one bone metastasis, or suspected one",
    (
        _date("seen_on", "when it was seen"),
        _word("site", "which bone", "site"),
        _choice("side", "which side", _SIDES),
        _choice("matrix", "appearance", "lytic blastic mixed"),
        _number("cortex_fraction", "share of the bone's width taken", "1", least=0, most=1),
        _number(
            "axial_cortex_mm", "length of cortex involved along the bone", "mm", least=0, most=600
        ),
        _number(
            "circumference_fraction",
            "share of the cortex's circumference taken",
            "1",
            least=0,
            most=1,
        ),
        _choice("pain", "pain from it", "none mild moderate functional"),
        _bool("confirmed", "a metastasis for certain"),
        _text("spine_level", "vertebral level, C1 to S5"),
        _choice("mechanical_pain", "SINS pain item", "yes no_but_pain painless"),
        _choice("alignment", "SINS alignment item", "normal kyphosis_scoliosis subluxation"),
        _choice(
            "collapse",
            "SINS collapse item",
            "none_not_involved over_half_involved under_half over_half",
        ),
        _choice("posterolateral", "SINS posterolateral item", "none unilateral bilateral"),
        _choice("epidural_grade", "Bilsky epidural grade", "0 1a 1b 1c 2 3"),
    ),
    dated_by="seen_on",
    listing="closed",
)

BIOPSY = Table(
    "biopsy",
    "one sample",
    (
        _date("done_on", "when it was taken"),
        _word("site", "where from", "site"),
        _choice("result", "what it showed", "metastasis benign inadequate"),
        _percent("er_percent", "oestrogen receptor, cells stained"),
        _percent("pr_percent", "progesterone receptor, cells stained"),
        _choice("her2", "HER2 status", _HER2),
    ),
    dated_by="done_on",
)

TREATMENT = Table(
    "treatment",
    "one course or dose",
    (
        _choice(
            "kind",
            "group of treatment",
            "endocrine chemotherapy targeted immunotherapy bone_modifying radiotherapy"
            " surgery analgesic steroid supplement other",
        ),
        _word("agent", "drug, class of drug or procedure", "agent"),
        _date("started_on", "first day, or the day of a single dose"),
        _date("ended_on", "last day; absent: going on, or a single dose"),
        _number("dose", "amount of one dose, in `unit`", least=0),
        _text("unit", "unit of the dose (UCUM)"),
        _number("per_day", "doses a day, of medicines taken regularly", "1/d", least=0, most=48),
        _bool("as_needed", "taken only when needed, not regularly", absent_means=False),
        _bool(
            "running",
            "runs beside other rows of the same drug; else the newest regular one replaces them",
            absent_means=False,
        ),
        _text("route", "how it is given"),
        _word("site", "radiotherapy or surgery: where", "site"),
        _choice("side", "which side", _SIDES),
        _integer("fractions", "number of radiotherapy sessions", least=1, most=60),
        _bool("given", "false: offered and declined, missed or stopped", absent_means=True),
        _choice("intent", "why", "adjuvant neoadjuvant metastatic osteoporosis supportive"),
    ),
    dated_by="started_on",
    listing="closed_once_listed",
)

CONDITION = Table(
    "condition",
    "one problem",
    (
        _word("kind", "which problem", "condition", required=True),
        _date("onset_on", "when it began or was found"),
        _date("resolved_on", "when it ended"),
        _word("site", "where", "site"),
        _choice("side", "which side", _SIDES),
        _bool("present", "false: looked for, and not there", absent_means=True),
        _choice("stage", "stage of osteonecrosis of the jaw (MASCC, AAOMS)", "0 1 2 3"),
    ),
    dated_by="onset_on",
    listing="closed",
)

VISIT = Table(
    "visit",
    "one contact",
    (
        _choice(
            "kind",
            "kind of contact",
            "check_up mammogram dxa dental blood_test bone_scan telephone admission"
            " palliative_care other",
            known_before=True,
        ),
        _date("planned_for", "when it should happen", known_before=True, may_be_future=True),
        _date("done_on", "when it happened"),
    ),
    dated_by="done_on",
    planned_by="planned_for",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PATIENT,
        PRIMARY_CANCER,
        SYMPTOM,
        MEASUREMENT,
        IMAGING,
        LESION,
        BIOPSY,
        TREATMENT,
        CONDITION,
        VISIT,
    )
}
