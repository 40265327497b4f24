"""The articles for patients: easy to read, every number cited, every rule explained, no promise."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import textstat

from bonewatch.authoring.reassurance import FORBIDDEN
from bonewatch.knowledge.education import CITATION, Article
from bonewatch.knowledge.load import core_pack

HARDEST = 8.0
ARTICLES = core_pack().articles
EVERY_TOPIC = pytest.mark.parametrize("topic", ARTICLES)
SECTIONS_OF_THE_HOSPITAL_ARTICLE = {
    "what bone metastasis is": ["what-bone-metastasis-is"],
    "how common": ["how-common"],
    "why bone": ["why-bone"],
    "the process of spread": ["how-it-spreads"],
    "timeline": ["timeline"],
    "stage 2": ["stage-2", "risk-factors"],
    "the seven symptoms": [
        "seven-symptoms", "bone-pain", "sudden-fracture", "numbness-and-tingling", "swelling",
        "change-in-movement", "tiredness", "weight-loss",
    ],
    "early signs": ["early-signs"],
    "each site": [
        "spine", "pelvis-and-hip", "ribs-and-breastbone", "arms-and-legs", "skull-and-jaw",
    ],
    "each test": [
        "which-test-when", "x-ray", "ct-scan", "mri-scan", "bone-scan", "pet-scan",
        "bone-density-scan", "blood-tests", "tumour-markers", "bone-turnover-markers",
    ],
    "biopsy": ["bone-biopsy"],
    "each treatment group": [
        "treatment-overview", "systemic-treatment", "radiotherapy", "surgery-and-cement",
        "bone-strengthening-drugs", "pain-relief", "treating-emergencies",
    ],
    "follow-up": ["follow-up"],
    "urgent signs": ["urgent-signs", "emergencies-and-bone", "high-calcium-signs"],
    "bone health": ["bone-health", "exercise", "jaw-and-teeth"],
    "working with your team": ["working-with-your-team", "my-questions-to-ask"],
    "living well": ["living-well"],
    "questions and answers": ["questions-and-answers"],
}  # fmt: skip
QUANTITY = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand"
    r"|half|halves|quarters?|thirds?|per cent|dozen|twice)\b",
    re.IGNORECASE,
)
NO_QUANTITY = re.compile(r"no one|one-sided|two kinds|same three things", re.IGNORECASE)
ENDS_WITH_SOURCE = re.compile(r"\]\s*[.!?:;]?(?:\*\*)?$")
SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z*{])")


def plain(article: Article) -> str:
    """The text as it is read aloud: without citations and marks."""
    text = re.sub(r"\s*" + CITATION.pattern, "", article.body)
    text = re.sub(r"^(?:#+ |[-*] )", "", text, flags=re.MULTILINE)
    return re.sub(r"\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", text)


def sentences(article: Article) -> Iterator[str]:
    """Each sentence and list item, with its citations."""
    for block in re.split(r"\n\s*\n|\n(?=[-*] )", article.body):
        line = " ".join(block.split())
        if line and not line.startswith("#"):
            yield from SENTENCE.split(re.sub(r"^[-*] ", "", line))


@EVERY_TOPIC
def test_it_is_easy_to_read_and_says_how_easy(topic: str) -> None:
    grade = round(textstat.flesch_kincaid_grade(plain(ARTICLES[topic])), 1)
    assert grade <= HARDEST
    assert grade == ARTICLES[topic].about.grade


@EVERY_TOPIC
def test_every_number_is_cited(topic: str) -> None:
    uncited = [
        sentence
        for sentence in sentences(ARTICLES[topic])
        if QUANTITY.search(NO_QUANTITY.sub("", re.sub(r"\{\w+\}", "", CITATION.sub("", sentence))))
        and not ENDS_WITH_SOURCE.search(sentence)
    ]
    assert uncited == []


@EVERY_TOPIC
def test_what_is_cited_is_named_and_what_is_named_is_cited(topic: str) -> None:
    article = ARTICLES[topic]
    cited = {(source, at or "") for source, at in CITATION.findall(article.body)}
    named = {(citation.id, citation.at) for citation in article.about.sources}
    assert cited == named
    assert {source for source, _ in named} <= set(core_pack().sources)


@EVERY_TOPIC
def test_it_says_what_to_do_and_whom_to_call(topic: str) -> None:
    body = ARTICLES[topic].body
    last = re.findall(r"^## (.*)$", body, re.MULTILINE)[-1]
    assert last in ("When to call", "What to do", "What to ask")
    assert "{emergency_number}" in body
    assert "{team_number}" in body


@EVERY_TOPIC
def test_its_headings_are_questions(topic: str) -> None:
    headings = re.findall(r"^## (.*)$", ARTICLES[topic].body, re.MULTILINE)[:-1]
    assert len(headings) >= 2
    assert [heading for heading in headings if not heading.endswith("?")] == []


@EVERY_TOPIC
def test_it_promises_nothing_and_gives_no_doses_or_survival(topic: str) -> None:
    text = plain(ARTICLES[topic])
    assert [found.group() for pattern in FORBIDDEN if (found := pattern.search(text))] == []
    assert not re.search(r"\bsurviv\w+", text)
    assert ARTICLES[topic].about.review.state == "unreviewed"


def test_every_section_of_the_hospital_article_has_its_articles() -> None:
    wanted = [topic for topics in SECTIONS_OF_THE_HOSPITAL_ARTICLE.values() for topic in topics]
    assert sorted(wanted) == sorted(ARTICLES)


def test_every_rule_and_sign_is_explained_by_an_article() -> None:
    """What a row of a table says stands alone: hundreds of ends of one thread need no page each."""
    pack = core_pack()
    explained = {name for article in ARTICLES.values() for name in article.about.findings}
    by_hand = {name for name, rule in pack.rules.items() if not rule.text.table}
    assert {*by_hand, *pack.signs} - explained == set()
    assert explained - {*pack.rules, *pack.signs} == set()


def test_what_an_emergency_is_is_said_the_same_everywhere() -> None:
    """A danger sign of the cord is never left to another day than now."""
    for topic, article in ARTICLES.items():
        for sentence in sentences(article):
            late = re.match(r"(?:Call|Tell) (?:your team )?(?:today|this week)", sentence)
            if late and not re.search(r"\bcall \{emergency_number\}", sentence):
                assert not re.search(r"weak or numb legs|bladder|bowel", sentence), topic


# ---- the other words that a patient reads --------------------------------------------------------


def _spoken() -> dict[str, str]:
    pack = core_pack()
    rules = {f"rule {name}": rule.text.patient for name, rule in pack.rules.items()}
    asked = {f"ask {name}": f.ask for name, f in pack.features.items() if f.ask}
    words = {f"words {n}": text for n, text in pack.words.items() if n.endswith("_patient")}
    return rules | asked | words


@pytest.mark.parametrize("kind", ["rule", "ask", "words"])
def test_patient_words_are_easy_to_read(kind: str) -> None:
    texts = [text for place, text in _spoken().items() if place.startswith(kind)]
    assert textstat.flesch_kincaid_grade(" ".join(texts)) <= HARDEST
