from __future__ import annotations

from orchestrator.domain.document import Passage, Role
from orchestrator.domain.graph import ModelObject, NodeType
from orchestrator.domain.requirement import Modality
from workers.creator.extraction import Extraction, ExtractionContext, extract
from workers.creator.prompt import Brief, parse_scope
from workers.creator.register import Register


class Draft:
    """A small document under construction."""

    def __init__(self) -> None:
        self.text = ""
        self.passages: list[Passage] = []

    def add(
        self, text: str, role: Role = Role.BODY, *, locator: str = "", section: str = "", lead: Passage | None = None
    ) -> Passage:
        start = len(self.text)
        self.text += text + "\n"
        span = (lead.start, lead.end) if lead else None
        passage = Passage(start, start + len(text), role, locator=locator, section=section, lead_in=span, page=1)
        self.passages.append(passage)
        return passage

    def extract(self, language: str = "de", register: Register = Register.LETTER, **context: object) -> Extraction:
        return extract(self.text, self.passages, ExtractionContext(language, register, **context))  # type: ignore[arg-type]


def _texts(found: Extraction) -> list[str]:
    return [requirement.requirement_text for requirement in found.requirements]


def test_quotes_are_the_documents_words_to_the_letter() -> None:
    draft = Draft()
    draft.add("Einleitung.  Der Halter muss  die Karte sperren. Danach ruht er.", locator="Rz. 4", section="3 Karten")
    (requirement,) = draft.extract().requirements
    (citation,) = requirement.citations
    assert citation.quote == draft.text[citation.start : citation.end] == "Der Halter muss  die Karte sperren."
    assert requirement.requirement_text == "Der Halter muss die Karte sperren."
    assert (citation.locator, citation.page, requirement.section) == ("Rz. 4", 1, "3 Karten")
    assert requirement.reasons == ("de.muss",)
    assert 0.5 <= requirement.confidence_score <= 1


def test_never_from_headings_recitals_toc_footnotes_or_front_matter() -> None:
    draft = Draft()
    for role in (Role.HEADING, Role.RECITAL, Role.TOC, Role.FOOTNOTE, Role.FRONT):
        draft.add("Der Halter muss die Karte sperren.", role)
    found = draft.extract()
    assert found.requirements == ()
    assert found.counts["considered"] == 0
    assert found.duty_sentences == ()


def test_items_carry_the_duty_of_the_sentence_that_opens_their_list() -> None:
    draft = Draft()
    lead = draft.add("Der Halter muss:", Role.LEAD_IN)
    draft.add("die Karte sperren,", Role.ITEM, locator="Rz. 4 (a)", lead=lead)
    draft.add("den Verlust melden.", Role.ITEM, locator="Rz. 4 (b)", lead=lead)
    found = draft.extract()
    assert _texts(found) == ["Der Halter muss: die Karte sperren,", "Der Halter muss: den Verlust melden."]
    first = found.requirements[0]
    assert [citation.quote for citation in first.citations] == ["die Karte sperren,", "Der Halter muss:"]
    assert first.citations[0].locator == "Rz. 4 (a)"
    assert found.counts["carried"] == 1


def test_nested_items_carry_the_whole_chain() -> None:
    draft = Draft()
    lead = draft.add("The operator shall:", Role.LEAD_IN)
    inner = draft.add("keep a record of:", Role.ITEM, lead=lead)
    draft.add("each rental;", Role.ITEM, lead=inner)
    found = draft.extract("en", Register.EU_ACT)
    assert _texts(found) == ["The operator shall: keep a record of: each rental;"]


def test_items_of_conditions_do_not_carry_a_duty() -> None:
    draft = Draft()
    lead = draft.add("Processing shall be lawful only if at least one of the following applies:", Role.LEAD_IN)
    draft.add("the person has consented;", Role.ITEM, lead=lead)
    draft.add("it is needed for a contract.", Role.ITEM, lead=lead)
    found = draft.extract("en", Register.EU_ACT)
    assert _texts(found) == ["Processing shall be lawful only if at least one of the following applies:"]
    assert found.counts["class.condition"] == 2


def test_items_under_a_relief_are_none() -> None:
    draft = Draft()
    lead = draft.add("Eine Meldung ist nicht erforderlich, wenn", Role.LEAD_IN)
    draft.add("der Verlust gering ist oder", Role.ITEM, lead=lead)
    draft.add("die Karte gesperrt werden musste.", Role.ITEM, lead=lead)
    assert draft.extract().requirements == ()


def test_an_item_with_its_own_sentence_states_its_own_duty() -> None:
    draft = Draft()
    lead = draft.add("Für Stationen gilt:", Role.LEAD_IN)
    draft.add("Die Kasse ist täglich abzustimmen.", Role.ITEM, lead=lead)
    draft.add("Der Kunde kann bar zahlen.", Role.ITEM, lead=lead)
    assert _texts(draft.extract()) == ["Die Kasse ist täglich abzustimmen."]


def test_an_item_may_bring_the_verb_that_its_lead_in_lacks() -> None:
    draft = Draft()
    lead = draft.add("The booking service", Role.LEAD_IN)
    draft.add("must log every access;", Role.ITEM, lead=lead)
    found = draft.extract("en", Register.SPECIFICATION)
    assert _texts(found) == ["The booking service must log every access;"]


def test_an_item_may_bring_the_infinitive_that_its_lead_in_lacks() -> None:
    draft = Draft()
    lead = draft.add("Bei Frost hat der Hauswart:", Role.LEAD_IN)
    draft.add("die Wege zu streuen;", Role.ITEM, lead=lead)
    draft.add("das Wasser abzustellen.", Role.ITEM, lead=lead)
    (first, second) = draft.extract(register=Register.POLICY).requirements
    assert first.requirement_text == "Bei Frost hat der Hauswart: die Wege zu streuen;"
    assert [citation.quote for citation in second.citations] == [
        "das Wasser abzustellen.",
        "Bei Frost hat der Hauswart:",
    ]


def test_an_item_completes_a_lead_in_that_ends_in_its_modal() -> None:
    draft = Draft()
    lead = draft.add("Users must:", Role.LEAD_IN)
    draft.add("lock the screen;", Role.ITEM, lead=lead)
    found = draft.extract("en", Register.SPECIFICATION)
    assert _texts(found) == ["Users must: lock the screen;"]


def test_a_command_is_one_unless_it_belongs_to_the_verb_of_its_lead_in() -> None:
    for opening, wanted in (("Vor der Abfahrt:", ["Die Türen des Wagens schließen."]), ("Fahrgäste dürfen:", [])):
        draft = Draft()
        lead = draft.add(opening, Role.LEAD_IN)
        draft.add("Die Türen des Wagens schließen.", Role.ITEM, lead=lead)
        assert _texts(draft.extract(register=Register.POLICY)) == wanted


def test_under_acceptance_criteria_plain_statements_are_requirements() -> None:
    texts = ["The list loads within a second.", "A list holds only open items.", "The icon was drawn last year."]
    plain, criteria = Draft(), Draft()
    for text in texts:
        plain.add(text, section="Background")
        criteria.add(text, section="4 Acceptance criteria")
    assert _texts(plain.extract("en", Register.USER_STORIES)) == []
    found = criteria.extract("en", Register.USER_STORIES).requirements
    assert [one.requirement_text for one in found] == texts[:2]
    assert [one.modality for one in found] == [Modality.OBLIGATION, Modality.PROHIBITION]


def test_a_requirements_id_speaks_for_the_sentence_behind_it() -> None:
    draft = Draft()
    draft.text = "REQ-7: "
    draft.add("Die Kasse druckt einen Bon. Der Bon gefällt den Kunden.", locator="REQ-7")
    draft.add("Das Papier ist weiß und glatt.", locator="REQ-7")
    draft.add("REQ-8 | Der Bon nennt das Datum. | hoch", Role.TABLE)
    assert _texts(draft.extract(register=Register.SPECIFICATION)) == [
        "Die Kasse druckt einen Bon.",
        "Der Bon nennt das Datum.",
    ]


def test_a_change_history_states_nothing() -> None:
    draft = Draft()
    draft.add("Version | Change | Date", Role.TABLE)
    draft.add("1.2 | Two keys are required for the safe | May", Role.TABLE)
    assert draft.extract("en", Register.SPECIFICATION).requirements == ()


def test_examples_are_counted_as_information() -> None:
    draft = Draft()
    draft.add("Beispiel 3: Der Halter sperrt die Karte. Danach muss er sie vernichten.")
    found = draft.extract()
    assert found.requirements == ()
    assert found.counts["class.information"] == 2


def test_the_scope_leaves_out_other_places_and_says_how_many() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen.", locator="Rz. 1")
    draft.add("Der Fahrer muss fahren. Er muss bremsen.", locator="Rz. 2")
    found = draft.extract(brief=Brief(scope=parse_scope("Rz. 1")))
    assert _texts(found) == ["Der Halter muss zahlen."]
    assert found.counts["out_of_scope"] == 2
    assert len(found.duty_sentences) == 1


def test_only_the_kinds_asked_for_are_emitted() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen. Der Halter darf die Karte nicht verleihen.")
    found = draft.extract(brief=Brief(kinds=(Modality.PROHIBITION,)))
    assert [requirement.modality for requirement in found.requirements] == [Modality.PROHIBITION]
    assert found.counts["not_wanted"] == 1


def test_topic_words_give_relevance_and_filter_nothing() -> None:
    draft = Draft()
    draft.add("Der Halter muss die Karte sperren. Der Fahrer muss bremsen.")
    found = draft.extract(brief=Brief(topics=("karten",)))
    assert [(r.relevance, r.relevance_words) for r in found.requirements] == [(1.0, ("karten",)), (0.0, ())]
    assert draft.extract().requirements[0].relevance is None


def test_every_considered_sentence_is_counted_once() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen. Der Kunde kann stornieren. Der Halter muss nicht warten. Der Himmel ist blau.")
    draft.add("Diese Regel gilt für alle Stationen. Eine Station ist ein Ort, an dem Fahrzeuge stehen.")
    counts = draft.extract().counts
    assert counts["considered"] == 6
    rest = ("emitted", "carried", "dropped", "not_wanted")
    classes = sum(value for name, value in counts.items() if name.startswith("class."))
    assert sum(counts[name] for name in rest) + classes == counts["considered"]
    assert counts["class.permission"] == counts["class.relief"] == 1


def test_objects_messages_and_definitions_are_noted() -> None:
    draft = Draft()
    draft.add("„Kundenkarte“ ist jede Karte eines Kunden.", Role.DEFINITION, locator="2.1")
    draft.add("Der Halter muss die Kundenkarte sperren.", locator="3.1")
    model = (ModelObject("BO-Karte", NodeType.BUSINESS_OBJECT, "Kundenkarte"),)
    (requirement,) = draft.extract(objects=model, messages=()).requirements
    assert requirement.mentioned_objects == ("Kundenkarte",)
    assert "„Kundenkarte“, bestimmt in 2.1" in requirement.research_notes


def test_a_definition_is_emitted_only_for_a_plain_duty() -> None:
    draft = Draft()
    draft.add("Eine Kundenkarte ist jede Karte, die der Halter sperren muss.", Role.DEFINITION)
    assert draft.extract().requirements == ()


def test_the_page_is_that_of_the_sentence() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen. Der Fahrer muss bremsen.")
    second = draft.text.index("Der Fahrer")
    pages = [r.citations[0].page for r in draft.extract(page_starts=(0, second)).requirements]
    assert pages == [1, 2]


def test_doubtful_scores_are_flagged_for_review() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen. Die Journale sind zu führen. Es wird empfohlen, zu warten.")
    for requirement in draft.extract().requirements:
        assert requirement.needs_review == (requirement.confidence_score < 0.7)


def test_two_runs_are_equal_and_counts_are_json_ready() -> None:
    draft = Draft()
    draft.add("Der Halter muss zahlen. Der Kunde kann gehen.")
    assert draft.extract() == draft.extract()
    row = draft.extract().to_json()
    assert row["duty_sentences"] == [[0, 23]]
    assert row["counts"]["emitted"] == 1


def test_an_empty_document_gives_nothing() -> None:
    found = Draft().extract()
    assert found.requirements == ()
    assert found.counts["considered"] == 0
