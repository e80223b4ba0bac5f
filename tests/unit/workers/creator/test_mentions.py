from __future__ import annotations

from orchestrator.domain.graph import ModelObject, NodeType
from workers.creator.mentions import Mentions

B = NodeType.BUSINESS_OBJECT
OBJECTS = (
    ModelObject("BO-Rechnung", B, "Rechnung", aliases=("Faktura",)),
    ModelObject("BO-Rental", B, "RentalContract"),
    ModelObject("BO-Kunde", B, "Kunde"),
)


def test_found_by_name_form_and_alias_in_order_of_appearance() -> None:
    found = Mentions(OBJECTS, "de").find("Der Kunden-Nr. nach: Kunden erhalten Rechnungen; jede Faktura zählt.")
    assert found == ("Kunde", "Rechnung")


def test_joined_names_are_found_as_separate_words() -> None:
    assert Mentions(OBJECTS, "en").find("Each rental contract shall be signed.") == ("RentalContract",)
    assert Mentions(OBJECTS, "en").find("Each rental shall be signed.") == ()


def test_nothing_fuzzy_and_nothing_from_nothing() -> None:
    assert Mentions(OBJECTS, "de").find("Die Abrechnung der Anrechnungen") == ()
    assert Mentions((), "de").find("Rechnung") == ()
