"""What the language refuses, in which words, and what an allowed expression is in Python."""

from __future__ import annotations

import pytest

from bonewatch.features import tree as t
from bonewatch.features.catalogue import FeatureText, Surroundings, check_feature, in_order
from bonewatch.features.language import parse, parse_bool
from bonewatch.features.scope import Column, LanguageError, Scope
from bonewatch.features.to_python import Value, person_function, row_function

COLUMNS = {
    "pain": Column("bool"),
    "severity": Column("number", "0-10"),
    "size": Column("number", "mm"),
    "count": Column("number"),
    "site": Column("text", choices=("femur", "hip")),
    "words": Column("text"),
    "started_on": Column("date"),
}
SCOPE = Scope(
    COLUMNS,
    {"severe": (7, "0-10")},
    rules=frozenset({"T1-01"}),
    phrases={"danger": ("help",), "nothing": (), "blank": ("",)},
    where="field",
)
AROUND = Surroundings({"many_days": (90, "days")}, {"danger": ("help",)})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seveirty > 3", 'there is no field "seveirty". Did you mean severity?'),
        ("zzz", 'there is no field "zzz".'),
        ("severity > sever", "Did you mean severe?"),
        ("symptom.severity > 3", "without a table before it"),
        ("days_since(started) > 3", "Did you mean started_on?"),
        ("days_since(pain) > 3", 'there is no date "pain"'),
        ("days_since('started_on') > 3", "there is no date"),
        ("days_since(started_on, 3) > 3", "there is no date"),
        ("days_since() > 3", "there is no date"),
        ("rule('T1-02')", "Did you mean T1-01?"),
        ("rule()", 'there is no rule ""'),
        ("mentions(words, 'dangr')", "Did you mean danger?"),
        ("mentions(words)", "mentions takes a text field and the name"),
        ("mentions(words, 'nothing')", "is empty"),
        ("mentions(words, 'blank')", "is empty or has an empty phrase"),
        ("site = 'femrr'", 'there is no value "femrr". Did you mean femur?'),
        ("site in ('femur', 'hipp')", "Did you mean hip?"),
        ("days_after(started_on) > 3", "Did you mean days_since?"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest(text: str, says: str) -> None:
    with pytest.raises(LanguageError) as refused:
        parse(text, SCOPE)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pain and severity", "`severity` is a number where true or false is needed"),
        ("not site", "`site` is a word where true or false is needed"),
        ("severity + pain > 3", "`pain` is true or false where a number is needed"),
        ("severity = 'high'", "compares a number with a text"),
        ("pain = 1", "compares a bool with a number"),
        ("pain > false", "only numbers have an order"),
        ("site < 'hip'", "only numbers have an order"),
        ("started_on = started_on", "dates are compared through days_since()"),
        ("severity in ('a')", "compares a number with a text"),
        ("severity in (count)", "`in` takes a list of constants"),
        ("mentions(severity, 'danger')", "`severity` is a number where a word is needed"),
        ("at_least(pain, pain)", "`pain` is true or false where a number is needed"),
        ("at_least(2)", "at_least takes a number and the conditions to count"),
        ("case when pain then 1 else 'a' end = 1", "gives a number and a text"),
        ("case when severity then 1 else 2 end = 1", "where true or false is needed"),
        ("case when pain then started_on else started_on end = 1", "gives dates"),
        ("greatest(severity) > 1", "greatest takes two numbers or more"),
        ("round_to(severity, count) > 1", "round_to takes a number and how many digits"),
        ("round_to(severity) > 1", "round_to takes a number and how many digits"),
        ("severity > 1e400", "too large a number"),
        ("severity between symmetric 3 and 1", "write the smaller number first"),
    ],
)
def test_what_does_not_fit_together_is_refused(text: str, says: str) -> None:
    with pytest.raises(LanguageError) as refused:
        parse(text, SCOPE)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "severity > size",
        "severity + size > 1",
        "severity > days_since(started_on)",
        "years_since(started_on) > days_since(started_on)",
        "size >= severe",
        "severity between 1 and size",
        "greatest(severity, size) > 1",
        "case when pain then severity else size end > 1",
    ],
)
def test_what_is_in_different_units_is_refused(text: str) -> None:
    with pytest.raises(LanguageError, match=r"one side is in .*, the other in "):
        parse(text, SCOPE)


@pytest.mark.parametrize(
    "text",
    [
        "pain is null",
        "pain is not null",
        "pain is true",
        "pain is distinct from true",
        "coalesce(pain, false)",
        "ifnull(pain, false)",
        "nullif(severity, 3) = 3",
        "null",
        "severity in (1, null)",
        "severity in (select 1)",
        "exists(select 1)",
        "(select true)",
        "severity = any(size)",
        "now() > 3",
        "current_date",
        "random() > 0.5",
        "date '2026-11-23'",
        "severity::int > 3",
        "cast(severity as text) = '3'",
        "site like 'f%'",
        "site ilike 'f%'",
        "site || 'x' = 'femurx'",
        "severity % 2 = 0",
        "if(pain, true, false)",
        "case when pain then true end",
        "case site when 'hip' then true else false end",
        "max(severity) > 3",
        "sum(severity) over () > 3",
        "pain; drop table symptom",
        "[1, 2]",
        "pain xor pain",
        "pain and",
        "",
        "*",
        "?",
        "$1",
        "interval 1 day",
        "lambda x: x",
        "abs(severity, 1) > 1",
        "power(severity) > 1",
        "severity collate nocase = 1",
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(LanguageError):
        parse(text, SCOPE)


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(LanguageError, match="is a number; a condition must be true or false"):
        parse_bool("severity + 1", SCOPE)


def test_what_an_expression_is_of() -> None:
    assert parse("severity * 2", SCOPE).unit == ""
    assert parse("severity + 1", SCOPE).unit == "0-10"
    assert parse("days_since(started_on)", SCOPE).unit == "days"
    assert parse("case when pain then 0 else severity end", SCOPE).unit == "0-10"
    words = parse("case when pain then 'bad' when not pain then unknown else site end", SCOPE)
    assert (words.kind, words.choices) == ("text", ("bad", "femur", "hip"))
    assert parse("case when pain then words else site end", SCOPE).choices == ()
    given = parse("case when pain then unknown else 5 end", SCOPE).tree
    assert given == t.Choose(((t.Name("pain", "bool"), t.Unknown("number")),), t.Constant(5))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pain and severity > 3", True),
        ("pain and not (severity > 3)", False),
        ("size > 3", None),
        ("pain or size > 3", True),
        ("at_least(2, pain, site = 'hip', size > 3)", None),
        ("at_least(1, pain, site = 'hip', size > 3)", True),
        ("at_least(3, pain, site = 'hip', size > 3)", False),
        ("site not in ('hip')", True),
        ("mentions(words, 'danger')", True),
        ("days_since(started_on) = 10", True),
        ("years_since(started_on) < 1", True),
        ("severity / 0", None),
        ("severity / 2", 2.5),
        ("-severity", -5),
        ("round_to(2.5, 0)", 3),
        ("case when pain then severity else count end", 5),
        ("severity >= severe", False),
        ("(((pain)))", True),
    ],
)
def test_an_expression_over_a_row(text: str, wanted: Value) -> None:
    row: dict[str, Value] = {
        "pain": True, "severity": 5, "size": None, "count": 1, "site": "femur", "words": "HELP me",
        "started_on": 90, "started_on_latest": 90,
    }  # fmt: skip
    value = row_function(parse(text, SCOPE).tree)(row, 100)
    assert (type(value) is bool, value) == (type(wanted) is bool, wanted)


def test_an_expression_over_a_person_and_the_rules() -> None:
    function = person_function(parse("pain and rule('T1-01')", SCOPE).tree)
    assert function({"pain": True}, {"T1-01": None}) is None
    assert function({"pain": True}, {"T1-01": True}) is True
    assert function({"pain": False}, {"T1-01": None}) is False


@pytest.mark.parametrize("depth", [60, 400])
def test_a_long_condition_is_no_deep_one(depth: int) -> None:
    text = " or ".join(["pain"] * depth)
    assert row_function(parse(text, SCOPE).tree)({"pain": False}, 1) is False


def _feature(**parts: str) -> FeatureText:
    return FeatureText("worst", parts.pop("meaning", "something"), **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (_feature(meaning="", source="symptom"), "must say what it is"),
        (_feature(), "either `from` a table or a `value`"),
        (_feature(source="symptom", value="1"), "either `from` a table or a `value`"),
        (_feature(source="symptoms"), "Did you mean symptom?"),
        (_feature(source="symptom", take="maximum(severity)"), "there is no way to take"),
        (_feature(source="symptom", take="max(kind)"), "max is taken of a number"),
        (_feature(source="symptom", take="last(started_on)"), "of a date"),
        (_feature(source="symptom", take="any(severity)"), "must be true or false"),
        (_feature(source="patient", take="last(sex)"), "no date to order them by"),
        (_feature(source="patient", within="3 days"), "write `30 days` or `8 to 90 days`"),
        (_feature(source="symptom", within="a week"), "write `30 days` or `8 to 90 days`"),
        (_feature(source="symptom", within="few days"), "there is no field"),
        (_feature(source="symptom", where="severity"), "must be true or false"),
        (_feature(source="lesion", take="max(years_since(seen_on) / 2)"), "must have a unit"),
        (_feature(source="symptom", unit="days"), "a bool has no unit"),
        (_feature(source="patient", where="patient_id = 'p1'"), 'no field "patient_id"'),
        (
            _feature(source="measurement", where="what = 'weight'", take="max(value)", unit="g"),
            "what it reads is in kg",
        ),
        (
            _feature(source="measurement", where="what in ('weight', 'height')", take="max(value)"),
            "measurements of different units",
        ),
    ],
)
def test_a_feature_that_will_not_do_is_refused(text: FeatureText, says: str) -> None:
    with pytest.raises(LanguageError) as refused:
        check_feature(text, {}, AROUND)
    assert says in str(refused.value)


def test_features_come_after_those_they_read() -> None:
    texts = [FeatureText(n, n, value=v) for n, v in (("a", "b + c"), ("b", "c"), ("c", "1"))]
    assert [text.name for text in in_order(texts)] == ["c", "b", "a"]
    with pytest.raises(LanguageError, match="features in a circle"):
        in_order([FeatureText("a", "a", value="b"), FeatureText("b", "b", value="a")])
