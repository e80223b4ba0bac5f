"""Each sentence here is the project's own, written for what it shows."""

from __future__ import annotations

import pytest

from workers.validator.classification import classify
from workers.validator.rules import SENTENCES, Kind

REQUIREMENTS = {
    "de": [
        "Der Mieter muss das Fahrzeug vollgetankt zurückgeben.",
        "Belege sind zehn Jahre aufzubewahren.",
        "Die Kasse hat jeden Verkauf einzeln aufzuzeichnen.",
        "Der Betreiber hat, soweit Gäste anwesend sind, die Ausgänge frei zu halten.",
        "Ohne Freigabe darf niemand das Fahrzeug bewegen.",
        "Kein Mitarbeiter darf fremde Daten einsehen.",
        "Die Unterlagen, die er erhält, sind zu prüfen.",
        "Das System soll Anfragen in zwei Sekunden beantworten.",
        "Wird eine Rechnung storniert, so ist der Grund anzugeben.",
        "Sollte das Fahrzeug beschädigt sein, ist die Station zu unterrichten.",
        "Daraus folgt, dass jede Änderung protokolliert werden muss.",
        "Eine Änderung ohne Protokoll ist unzulässig.",
        "Die Prüfung erfordert eine vollständige Liste.",
        "Die Löschung bedarf der Zustimmung des Kunden.",
        "Die Form ist nur gewahrt, wenn beide Parteien unterschreiben.",
        "Der Anbieter ist für die Sicherung verantwortlich.",
        "Die Werkstatt meldet jeden Unfall am selben Tag.",
        "Das System muss nicht mehr benötigte Daten löschen.",
        "Zu beachten sind folgende Fristen: die Frist für den Einspruch,",
        "Der Mieter muss nicht tanken, er muss das Fahrzeug aber reinigen.",
        "Als Kunde möchte ich meine Buchung ändern.",
        "Für Besucher ist ein Helm Pflicht.",
        "Vertretungen sind nicht zugelassen.",
    ],
    "en": [
        "The customer must return the vehicle with a full tank.",
        "Records shall be kept for ten years.",
        "The service should answer within two seconds.",
        "No employee may read the data of another branch.",
        "Only supervisors may approve refunds.",
        "The export may not contain passwords.",
        "The operator is required to report every incident.",
        "Users have to confirm their address.",
        "If the payment fails, the system shall cancel the booking.",
        "When deciding on a refund the clerk shall note the reason.",
        "Access to the archive requires a written order.",
        "Smoking is prohibited in all vehicles.",
        "It is mandatory to wear a helmet.",
        "As a customer I want to change my booking.",
        "encrypt all backups before they leave the building;",
        "Refunds are only permitted with a receipt.",
        "Applicants must have completed the course before the first day.",
        "Drivers must have held a licence for at least two years.",
        "The licensee agrees not to copy the manual.",
        "Clerks ought not to open private mail.",
        "Old keys are not to be reused.",
        "An identity check is required for every loan.",
    ],
}

TRAPS = {
    "de": [
        (Kind.PERMISSION, "Der Mieter kann das Fahrzeug auch am Bahnhof abgeben."),
        (Kind.PERMISSION, "Mitarbeiter dürfen die Liste einsehen."),
        (Kind.PERMISSION, "Der Kunde ist berechtigt, den Vertrag zu kündigen."),
        (Kind.RELIEF, "Der Mieter muss das Fahrzeug nicht waschen."),
        (Kind.RELIEF, "Der Mieter ist nicht verpflichtet, das Fahrzeug zu waschen."),
        (Kind.INFORMATION, "Ob das Fahrzeug gewaschen werden muss, entscheidet die Station."),
        (Kind.INFORMATION, "Der Fahrer muss sich wohl verfahren haben."),
        (Kind.CONDITION, "Wer pünktlich zahlt, hat nichts zu befürchten."),
        (Kind.RELIEF, "Eine Unterschrift ist nicht erforderlich."),
        (Kind.RELIEF, "Der Händler braucht keine Kopie aufzubewahren."),
        (Kind.RELIEF, "Es ist nicht zu beanstanden, wenn Belege später gescannt werden."),
        (Kind.RELIEF, "Kleinbetriebe sind von der Meldung befreit."),
        (Kind.DEFINITION, "Im Sinne dieser Richtlinie ist ein Beleg jedes Dokument, das gebucht werden muss."),
        (Kind.DEFINITION, "„Mangel“ bezeichnet jede Abweichung, die zu beheben ist."),
        (Kind.DEFINITION, "Unter einer Buchung wird jede bestätigte Anfrage verstanden."),
        (Kind.DEFINITION, "Als Störung gilt jeder Ausfall, der gemeldet werden muss."),
        (Kind.SCOPE, "Diese Anweisung gilt für alle Stationen."),
        (Kind.EXAMPLE, "Beispiel 2: Der Händler muss die Quittung aufheben."),
        (Kind.EXAMPLE, "Zum Beispiel ist ein Ölwechsel einzutragen."),
        (Kind.CONDITION, "Sollte das Fahrzeug beschädigt sein"),
        (Kind.CONDITION, "wenn der Kunde eine Kaution hinterlegen muss."),
        (Kind.HEADING, "Aufbewahrung der Belege"),
        (Kind.INFORMATION, "Müssen Belege aufbewahrt werden?"),
        (Kind.INFORMATION, "Viele Betriebe führen ihre Bücher heute elektronisch."),
        (Kind.AUTHORITY_RIGHT, "Die Finanzverwaltung kann die Vorlage der Bücher verlangen."),
    ],
    "en": [
        (Kind.PERMISSION, "The customer may return the vehicle at the station."),
        (Kind.PERMISSION, "Employees are allowed to read the list."),
        (Kind.RELIEF, "The customer need not wash the vehicle."),
        (Kind.RELIEF, "Neither party shall be liable for delays."),
        (Kind.RELIEF, "Nothing in this agreement shall limit liability for intent."),
        (Kind.SCOPE, "This agreement shall be governed by the laws of Denmark."),
        (Kind.INFORMATION, "The caller must have mistaken the number."),
        (Kind.INFORMATION, "The delay must have been caused by the storm."),
        (Kind.INFORMATION, "That must be a misunderstanding."),
        (Kind.INFORMATION, "A notice sent on Friday shall be deemed received on Monday."),
        (Kind.INFORMATION, "The form will be replaced in the coming years."),
        (Kind.INFORMATION, "See section 4 for the forms."),
        (Kind.RELIEF, "A signature is not required."),
        (Kind.RELIEF, "The dealer does not have to keep a copy."),
        (Kind.RELIEF, "There is no obligation to insure the luggage."),
        (Kind.DEFINITION, 'For the purposes of this policy, "record" means any document that must be kept.'),
        (Kind.DEFINITION, "A booking is defined as a confirmed request."),
        (Kind.SCOPE, "This policy applies to all branches."),
        (Kind.SCOPE, "Sections 3 and 4 shall apply to vans."),
        (Kind.EXAMPLE, "For example, the clerk must note the mileage."),
        (Kind.CONDITION, "If the customer must pay a deposit"),
        (Kind.INFORMATION, "This document describes what the system shall do."),
        (Kind.INFORMATION, "Before the merger, branches had to copy bookings by hand."),
        (Kind.INFORMATION, "Must the deposit be paid in advance?"),
        (Kind.AUTHORITY_RIGHT, "The supervisory authority may request the records."),
        (Kind.HEADING, "Obligations of the customer"),
    ],
}


@pytest.mark.parametrize(("language", "text"), [(key, text) for key, texts in REQUIREMENTS.items() for text in texts])
def test_a_duty_is_found(language: str, text: str) -> None:
    finding = classify(text, language)
    assert finding.kind is None, finding.rule
    assert finding.rule.startswith(f"{language}.duty.")


@pytest.mark.parametrize(
    ("language", "kind", "text"), [(key, kind, text) for key, traps in TRAPS.items() for kind, text in traps]
)
def test_what_is_no_requirement_is_named(language: str, kind: Kind, text: str) -> None:
    finding = classify(text, language)
    assert (finding.kind, finding.rule.split(".")[0]) == (kind, language)
    assert finding.reason == f"{finding.rule}: {SENTENCES[kind]}"


@pytest.mark.parametrize(
    ("text", "register", "binds"),
    [
        ("Die Übermittlung erfolgt schriftlich oder elektronisch.", "eu_act", True),
        ("Die Übermittlung erfolgt in vielen Betrieben elektronisch.", "letter", False),
        ("Er unterrichtet die betroffene Person über den Grund.", "statute", True),
        ("Die Bücher werden in vielen Betrieben elektronisch geführt.", "letter", False),
        ("Die Miete beträgt 900 Euro im Monat.", "contract", True),
        ("Die Miete beträgt in dieser Gegend 900 Euro.", "letter", False),
        ("Die betroffene Person hat das Recht auf Auskunft.", "eu_act", True),
        ("Der Kunde hat das Recht auf eine Tasse Kaffee.", "specification", False),
    ],
)
def test_the_plain_indicative_binds_where_the_register_says_so(text: str, register: str, binds: bool) -> None:
    assert (classify(text, "de", register).kind is None) == binds


@pytest.mark.parametrize(("locator", "binds"), [("Art. 12(3)", True), ("§ 4 Abs. 1", True), ("Rz. 12", False)])
def test_the_locator_tells_an_unknown_register(locator: str, binds: bool) -> None:
    text = "Die Informationen werden unentgeltlich zur Verfügung gestellt."
    assert (classify(text, "de", None, locator).kind is None) == binds


def test_a_right_is_a_duty_of_others_in_statutes_only() -> None:
    text = "The passenger shall have the right to a refund."
    assert classify(text, "en", "eu_act").kind is None
    assert classify(text, "en", "contract").kind is Kind.PERMISSION


def test_long_input_is_judged_in_time() -> None:
    text = "Der Betreiber muss " + "die Liste, die er führt, und " * 2_000 + "prüfen."
    assert classify(text, "de").kind is None
