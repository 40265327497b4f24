"""What the Turkish words and articles must keep of the English: urgency, numbers, names, sources.

A test cannot say whether a sentence is good Turkish. It can say that "today" is still today,
that no number, source or name was lost, and that nothing is promised.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bonewatch.assessment.row_words import RowWords
from bonewatch.cli import app
from bonewatch.demo import CAST, DAY
from bonewatch.knowledge.articles import read_articles
from bonewatch.knowledge.education import CITATION, PLACEHOLDER, Article
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.messages import in_language, messages, translations
from bonewatch.knowledge.packs import CORE
from bonewatch.record.tables import TABLES

CODE = re.compile(r"[TNM](is|\d)(mi|[a-d])?(\(i\+\))?|[IV]+[ABC]?|[0-3][abc]?|[A-E]")
"""Stages, grades and categories: written alike in every language."""
SAME_WORD = {f"words {name}" for name in (
    "say_quoted", "day_of_month", "day_of_year", "month_of_year", "telephone_team_hours",
)}  # fmt: skip
"""Messages that are alike in both languages: quotes, and the order of a date."""
NAMED_OTHERWISE = {"MRI": "MR", "CT": "BT", "ESR": "sedimentasyon", "her2": "HER2", "ki67": "Ki-67"}
NAME = re.compile(r"\b(?:[A-Z]{2,}[A-Z0-9]*(?:-[A-Z0-9]+)*|[A-Za-z]+\d[\w.]*)\b")
UNIT = re.compile(r"\b(?:mg|mmol/L|µmol/L|mL|ml|cm|mm|kg|Gy)\b|%")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SENTENCES = ("urgency", "words", "rule", "ask", "entry")

TODAY = r"\btoday\b(?!['’])"
MEANT_ALIKE = {
    r"\bnow\b|at once|straight away": r"hemen|şu anda|beklemeden",
    TODAY: r"\bbugün\b",
    r"same day": r"aynı gün",
    r"this week": r"\bbu hafta\b",
    r"ambulance": r"ambulans",
    r"emergency number": r"acil yardım numara",
    r"emergency department": r"acil servis",
    r"\bhospital\b": r"\bhastaneye\b",
    r"\bnext (?:planned )?contact\b": r"bir sonraki görüşme",
    r"\bhigh\b": r"\byüksek\b",
    r"\bdo not (?!smoke|have)": r"m[ae]y[ıi]n\b",
    r"\bappointment\b|\bbook it\b": r"\brandevu",
    r"spinal cord": r"\bomurilik\b",
    r"day or night": r"gece gündüz",
    r"\b24 hours\b|24-hour": r"\b24 saat",
    r"day 7 and day 14": r"7\. ve 14\. gün",
}
"""English words that decide what a person does, and their Turkish: either both stand or neither."""

NO_BACK = re.compile(
    r"\b(?:lower|middle|come|comes|came|coming|goes|hold(?: \w+){1,2}|lie on your) back\b"
    r"|\b(?:call|(?:call|ring) (?:us|them)|(?:pull|push|put) it|bring all of the pain) back\b"
    r"|\bback (?:passage|bones?)\b|back of the (?:eye|head)",
    re.IGNORECASE,
)
"""Where English says back and means less than the back, or something else."""
BACK = re.compile(r"\bback\b", re.IGNORECASE)
LOW_BACK = re.compile(r"\bbel(?:iniz\w*|den|de|e|in|i|inde|inden|deki|inizde)?\b", re.IGNORECASE)
HIGH_BACK = re.compile(r"\bsırt", re.IGNORECASE)

NOT_TO_BE_MIXED_UP = {
    "choice left": "sol",
    "choice right": "sağ",
    "choice low": "düşük",
    "choice high": "yüksek",
    "choice better": "düzeliyor",
    "choice worse": "kötüleşiyor",
    "choice negative": "negatif",
    "choice positive": "pozitif",
    "word condition hypercalcaemia": "kanda çok fazla kalsiyum",
    "word condition hypocalcaemia": "kanda çok az kalsiyum",
    "word symptom saddle_numbness": "bacak arasında ya da makat çevresinde uyuşma",
    "rule T1-06": "Düz yatın ve hemen arayın. Size güvenli olduğu söylenene kadar oturmayın ve"
    " yürümeyin.",
}
"""Messages whose opposite would pass every other test."""

PROMISES = (
    r"\b(?:kanser|metastaz|tümör|yayılım)\w* (?:değil|yok)(?!\w* (?:demek|anlamına|mi|mı))",
    r"\b(?:endişe|kork|kaygı|merak|üzül|telaş|tasa)\w*(?: et)?m[ae]y[ıi]n",
    r"\b(?:endişe|kork|kaygı|telaş)\w* (?:bir )?(?:gerek|neden|sebep|yer|mahal)\w* yok",
    r"\b(?:tamamen|bütünüyle|tümüyle|kesinlikle) (?:zararsız|güvenli|normal|sağlıklı|iyi)",
    r"\bzararsızdır\b|\bgüvendesiniz\b|\biyileşeceksiniz\b|\bsağlıklısınız\b",
    r"\b(?:ciddi|kötü|tehlikeli) bir şey(?:iniz)? (?:yok|değil)",
)
PROMISED = (
    "Bu kanser değil.",
    "Kanser yok.",
    "Metastazınız yok.",
    "Endişelenmeyin.",
    "Korkmayın.",
    "Merak etmeyin.",
    "Endişelenecek bir neden yok.",
    "Endişeye gerek yok.",
    "Bu tamamen zararsız.",
    "Bu zararsızdır.",
    "Ciddi bir şey yok.",
)
ENGLISH_WORDS = re.compile(
    r"\b(?:the|and|of|your|you|with|for|call|are|that|this|what|how|from|or|when)\b", re.IGNORECASE
)


@cache
def _english() -> dict[str, str]:
    return messages(core_pack())


@cache
def _turkish() -> dict[str, str]:
    return translations("tr")


@cache
def _articles(language: str) -> dict[str, Article]:
    return read_articles(CORE, language)


def _lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "ı").lower()


def _numbers(text: str) -> Counter[str]:
    """Its numbers, as English writes them: 1,200 and 3.5."""
    return Counter(NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)))


def _turkish_numbers(text: str) -> Counter[str]:
    """Its numbers, as Turkish writes them: 1.200 and 3,5."""
    whole = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", text)
    return Counter(NUMBER.findall(re.sub(r"(?<=\d),(?=\d)", ".", whole)))


def _means_the_back(text: str) -> bool:
    return bool(BACK.search(NO_BACK.sub("", text)))


def _sentences() -> dict[str, tuple[str, str]]:
    """Messages that are sentences, English and Turkish, by their place."""
    listed = (place for place in _english() if place.split()[0] in SENTENCES)
    return {place: (_english()[place], _turkish()[place]) for place in listed}


def test_every_message_is_said_in_turkish() -> None:
    assert list(_turkish()) == list(_english())


def test_no_message_is_left_in_english() -> None:
    left = {
        p for p, text in _english().items() if _turkish()[p] == text and not CODE.fullmatch(text)
    }
    assert left == SAME_WORD


def test_codes_are_left_alone() -> None:
    codes = {place: text for place, text in _english().items() if CODE.fullmatch(text)}
    assert codes
    assert {place: _turkish()[place] for place in codes} == codes


def test_numbers_units_and_placeholders_are_kept() -> None:
    for place, text in _english().items():
        said = _turkish()[place]
        assert _turkish_numbers(said) == _numbers(text), place
        assert Counter(UNIT.findall(said)) == Counter(UNIT.findall(text)), place
        assert PLACEHOLDER.findall(said) == PLACEHOLDER.findall(text), place


def test_number_words_are_kept() -> None:
    words = {"two": "iki", "three": "üç", "six": "altı", "seven": "yedi", "both": "iki|her iki"}
    for place, (text, said) in _sentences().items():
        for word, turkish in words.items():
            if re.search(rf"\b{word}\b", text.lower()):
                assert re.search(turkish, _lower(said)), place


def test_names_and_ids_are_kept() -> None:
    for place, text in _english().items():
        for name in () if CODE.fullmatch(text) else NAME.findall(text):
            assert NAMED_OTHERWISE.get(name, name) in _turkish()[place], place


@pytest.mark.parametrize("english", MEANT_ALIKE)
def test_how_soon_and_whom_to_call_is_the_same(english: str) -> None:
    met = 0
    for place, (text, said) in _sentences().items():
        there = bool(re.search(english, text, re.IGNORECASE))
        assert there == bool(re.search(MEANT_ALIKE[english], _lower(said))), (place, text, said)
        met += there
    assert met


def test_the_back_is_asked_about_from_top_to_bottom() -> None:
    """English back is both sırt and bel: someone with a sore bel would say no to sırt."""
    backs = [place for place, text in _english().items() if _means_the_back(text)]
    assert len(backs) > 15
    for place in backs:
        assert HIGH_BACK.search(_turkish()[place]), place
        assert LOW_BACK.search(_turkish()[place]), place
    assert not LOW_BACK.search(_turkish()["ask upper_spinal_pain"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Do not push it back.", False),
        ("A tear at the back of the eye; call back if it comes back.", False),
        ("Does pressing it bring all of the pain back?", False),
        ("Call us back today if your back hurts.", True),
        ("Bones of the back can break.", True),
        ("Call the same day if you get back pain.", True),
    ],
)
def test_what_is_not_about_the_back_is_told_apart(text: str, meant: bool) -> None:
    assert _means_the_back(text) == meant


@pytest.mark.parametrize("place", NOT_TO_BE_MIXED_UP)
def test_what_has_an_opposite_is_pinned(place: str) -> None:
    assert _turkish()[place] == NOT_TO_BE_MIXED_UP[place]


def test_questions_are_questions() -> None:
    asked = {place: pair for place, pair in _sentences().items() if pair[0].endswith("?")}
    assert len(asked) > 90
    assert [place for place, (_, said) in asked.items() if not said.endswith("?")] == []


def test_no_two_words_of_a_list_or_field_become_one() -> None:
    lists = ["symptom", "site", "region", "measurement", "agent", "condition"]
    places = [[p for p in _english() if p.startswith(f"word {name} ")] for name in lists]
    fields = (field for table in TABLES.values() for field in table.fields)
    places += [[f"choice {choice}" for choice in field.choices] for field in fields]
    for listed in places:
        pairs = {(_english()[place], _turkish()[place]) for place in listed}
        twice = [said for said, times in Counter(said for _, said in pairs).items() if times > 1]
        assert twice == []


@pytest.mark.parametrize("promise", PROMISED)
def test_a_promise_is_recognised(promise: str) -> None:
    assert _promises(promise)


def test_nothing_is_promised() -> None:
    assert [place for place, text in _turkish().items() if _promises(text)] == []
    told = {t: _promises(f"{a.title}\n{a.body}") for t, a in _articles("tr").items()}
    assert {topic: found for topic, found in told.items() if found} == {}


def _promises(text: str) -> list[str]:
    found = (re.search(pattern, _lower(text)) for pattern in PROMISES)
    return [match.group() for match in found if match]


def test_there_is_a_turkish_article_for_every_english_one() -> None:
    assert list(_articles("tr")) == list(_articles("en"))


def _pair(topic: str) -> tuple[Article, Article]:
    if topic not in _articles("tr"):
        pytest.fail(f"education/tr/{topic}.md is not written")
    return _articles("en")[topic], _articles("tr")[topic]


def _without_citations(line: str) -> str:
    return CITATION.sub("", line)


EVERY_TOPIC = pytest.mark.parametrize("topic", _articles("en"))


@EVERY_TOPIC
def test_an_article_concerns_the_same_and_cites_the_same(topic: str) -> None:
    english, turkish = _pair(topic)
    translated = {"title": english.title, "grade": english.about.grade, "translated_from": ""}
    assert turkish.about.model_copy(update=translated) == english.about
    assert turkish.about.translated_from == "en"
    assert turkish.about.grade is None
    assert turkish.title != english.title
    assert CITATION.findall(turkish.body) == CITATION.findall(english.body)


@EVERY_TOPIC
def test_an_article_keeps_its_shape_line_by_line(topic: str) -> None:
    english, turkish = (article.body.splitlines() for article in _pair(topic))
    assert [_shape(line) for line in turkish] == [_shape(line) for line in english]


def _shape(line: str) -> tuple[str, list[str]]:
    """What begins a line, and the sources and telephone numbers in it."""
    mark = re.match(r"#+ |- |\d+\. |\|| *$|", line)
    return mark.group() if mark else "", [*CITATION.findall(line), *PLACEHOLDER.findall(line)]


@EVERY_TOPIC
def test_an_article_keeps_its_numbers(topic: str) -> None:
    english, turkish = (_without_citations(f"{a.title}\n{a.body}") for a in _pair(topic))
    assert _turkish_numbers(turkish) == _numbers(english)


@EVERY_TOPIC
def test_an_article_means_the_whole_back(topic: str) -> None:
    english, turkish = (article.body.splitlines() for article in _pair(topic))
    left_out = [
        said
        for text, said in zip(english, turkish, strict=True)
        if _means_the_back(_without_citations(text)) and not LOW_BACK.search(said)
    ]
    assert left_out == []


@EVERY_TOPIC
def test_an_article_says_how_soon_alike(topic: str) -> None:
    """Line by line: what is for today, this week or an ambulance is so in both."""
    english, turkish = (article.body.splitlines() for article in _pair(topic))
    for text, said in zip(english, turkish, strict=True):
        for when in (TODAY, "same day", "this week", "ambulance"):
            there = bool(re.search(when, text, re.IGNORECASE))
            assert there == bool(re.search(MEANT_ALIKE[when], _lower(said))), (text, said)


@pytest.mark.parametrize("path", CAST, ids=lambda path: path.name.split("_")[1])
def test_a_page_for_home_has_no_english(path: Path) -> None:
    page = _page(path, "tr")
    lower = page.lower()
    long = [text for text in _english().values() if len(text.split()) > 3]
    assert [text for text in long if text.lower() in lower] == []
    without_topics = re.sub(r"\([a-z0-9-]+\)", "", page)
    assert ENGLISH_WORDS.findall(without_topics) == []


def test_the_page_test_would_see_english() -> None:
    page = _page(CAST[1], "en")
    assert _english()["words safety_net_patient"] in page
    assert ENGLISH_WORDS.findall(page)


def _page(path: Path, language: str) -> str:
    """The page at home in one line, without its frame."""
    told = ["assess", str(path), "--for", "patient", "--language", language, "--as-of", str(DAY)]
    result = CliRunner().invoke(app, told)
    assert (result.exit_code, result.stderr) == (0, "")
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stdout).split())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "pain in the lower back, 8 out of 10, without an injury"),
        (
            "tr",
            "ağrı (bel), 10 üzerinden 8, yaralanma olmadan",
        ),
    ],
)
def test_a_row_tells_what_was_none(language: str, says: str) -> None:
    """A bare "pain, back, none" could be heard as no pain."""
    row = dict.fromkeys(TABLES["symptom"].names) | {
        "kind": "pain", "present": True, "site": "lumbar_spine", "severity": 8.0,
        "worse_at_night": False, "after_injury": "none", "known_and_assessed": False, "words": "",
    }  # fmt: skip
    pack = in_language(core_pack(), language)
    assert RowWords(True, pack.translations, pack.words).says("symptom", row) == says
    absent = RowWords(True, pack.translations, pack.words).says("symptom", row | {"present": False})
    assert absent in (f"no {says}", f"{says}: yok")
