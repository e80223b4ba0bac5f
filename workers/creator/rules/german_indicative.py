# ruff: noqa: E501  (a pattern is read on one line)
"""German duties in the plain indicative: "Die Innenrevision prüft jährlich", "Jede Abfrage wird protokolliert".

They bind where a house or two parties lay down their own rules; elsewhere the same words describe.
"""

from __future__ import annotations

from .german_words import ACTING_SYSTEM, BY_SYSTEM, PLAIN_VERB
from .kinds import INFORMATION, OBLIGATION, PROHIBITION
from .rule import Rule, rule, within

_UNIT = (
    r"(?:[A-ZÄÖÜ]\w*(?:leitung|abteilung|revision|buchhaltung|verwaltung|stelle|betrieb|bereich|zentrale|niederlassung|filiale|station|führung|aufsicht|amt|ämter|personal|team|gruppe|dienst|vorstand|beauftragter?|verantwortlicher?"
    r"|leiter|verwalter|geber|nehmer|dienstleister|mieter|betreiber|lieferant|prüfer|berater|meister|wart|pfleger|techniker|arzt|ärztin|lehrer|assistent|referent|händler|halter|hersteller|spediteur|makler|pächter|bauherr|träger)(?:in|innen|en|n)?"
    r"|(?:IT|Aufsicht|Amt|Personal|Verwahrer|Bereich|Abteilung|Referat|Team|Fachbereich|Buchhaltung|Revision|Leitung|Station|Niederlassung|Filiale|Disposition|Verwaltung|Betrieb|Stelle|Einkauf|Vertrieb|Personalwesen|Controlling|Sekretariat|Vorstand"
    r"|Beauftragter?|Verantwortlicher?|Vorgesetzter?|Beschäftigter?|Mitarbeiter|Mitarbeitende|Administrator|Sachbearbeiter|Fahrer|Disponent|Mieter|Vermieter|Verwalter|Kunde|Käufer|Verkäufer|Anbieter|Lieferant|Betreiber"
    r"|Dienstleister|Besteller|Partei|Vertragspartei|Vertragspartner|Lizenznehmer|Lizenzgeber|Unternehmen|Gesellschaft|Bank|Institut|Anlaufstelle|Prüfer|Projektleiter|Inhaber|Nutzer)(?:in|innen|en|n)?)"
)
_PERSON = (
    r"(?!(?:Behälter|Rechner|Drucker|Zähler|Fenster|Zimmer|Keller|Schalter|Sommer|Winter|Nummer|Dauer|Steuer|Ordner|Server|Computer|Container|Filter|Koffer|Messer|Feuer|Wasser|Muster|Register|Alter|Fehler|Körper|Ufer|Leiter\w*wagen|Güter|Bücher|Räder|Kinder|Bilder"
    r"|Felder|Häuser|Länder|Wörter|Prozent|Dokument|Moment|Element|Gerüst|Test|Rest|Frist|List|Kosten|Daten|Zeiten|Seiten|Konten|Raten|Werte|Orte|Worte|Karte|Liste|Kiste|Seite|Hälfte|Rechte|Fälle)\w*\b)"
    r"[A-ZÄÖÜ]\w{2,}(?:er|erin|innen|arin|orin|istin|antin|entin|eurin|ern|kraft|kräfte|ant|anten|enten|student|agent|dent|ist|isten|eur|eure|ierende[rn]?|beitende[rn]?|nehmende[rn]?|agte[rn]?|etzte[rn]?|igte[rn]?|ellte[rn]?|arzt|ärzte|ärztin|wart|warte|meister|pfleger|frau|mann|leute|personal|dienst|empfang|pforte|rat|ausschuss)\b"
)
_ARTICLE = r"(?:[Dd]er|[Dd]ie|[Dd]as|[Jj]eder?|[Jj]edes|[Ee]ine?|[Aa]lle|[Ss]ämtliche|[Uu]nsere?)"
_SUBJECT = rf"(?:{_ARTICLE} (?:[a-zäöüß]+(?:e|en|er) )?{_UNIT}|^(?:Mitarbeiter|Beschäftigte|Mitarbeitende|Vorgesetzte|Fahrer|Niederlassungen|Stationen|Administratoren)\b)"
_ANYBODY = rf"(?:{_ARTICLE} (?:[a-zäöüß]+(?:e|en|er) )?{_PERSON}|(?:^|, )(?:[A-ZÄÖÜ][a-zäöüß]+e )?{_PERSON}(?: (?:und|oder) {_PERSON})?)"
_STATES = (
    r"(?:ist|sind|war|hat|haben|gilt|gelten|besteht|bestehen|gehört|gehören|befindet|befinden|wohnt|wohnen|kommt|kommen|umfasst|umfassen|betreibt|betreiben|beschäftigt|beschäftigen|vermietet|vermieten|dient|dienen|liegt|liegen|steht|stehen|heißt|heißen|bleibt|bleiben"
    r"|kennt|kennen|wissen|kann|können|darf|dürfen|muss|müssen|soll|sollen|sollte|sollten|will|wollen|mag|wird|werden|erhält|erhalten|bekommt|bekommen|verliert|verlieren|beginnt|beginnen|endet|enden|hängt|hängen|bedeutet|bedeuten|richtet sich|wendet sich|entscheidet|entscheiden"
    r"|umgeht|arbeiten|arbeitet|vertritt|profitiert|profitieren|verdient|verdienen|denkt|denken|findet|finden|beschreibt|beschreiben|regelt|regeln|kostet|kosten|dauert|dauern|sieht|sehen|spricht|sprechen|genießt|schätzt|schätzen)"
)
_ACTS = rf"(?<!zu )(?!{_STATES}\b)(?!\w*(?:heit|keit)\b)[a-zäöüß]{{3,}}(?:t|en|ern|eln)"
_VERB = (
    r"(?<!zu )(?:führt|führen|prüft|prüfen|überprüft|überprüfen|überwacht|überwachen|kontrolliert|kontrollieren|bestellt|bestellen|benennt|benennen|ernennt|ernennen|beauftragt|beauftragen|informiert|informieren|unterrichtet|unterrichten"
    r"|meldet|melden|berichtet|berichten|dokumentiert|dokumentieren|protokolliert|protokollieren|vermerkt|vermerken|erfasst|erfassen|erstellt|erstellen|fertigt|fertigen|pflegt|pflegen|aktualisiert|aktualisieren|unterhält|unterhalten"
    r"|hält|halten|stellt|stellen|sichert|sichern|bewahrt|bewahren|archiviert|archivieren|löscht|löschen|vernichtet|vernichten|sperrt|sperren|übergibt|übergeben|übermittelt|übermitteln|sendet|senden|leitet|leiten|gibt|geben|legt|legen"
    r"|nimmt|nehmen|holt|holen|zeigt|zeigen|teilt|teilen|weist|weisen|sorgt|sorgen|trifft|treffen|achtet|achten|beachtet|beachten|schult|schulen|bewertet|bewerten|genehmigt|genehmigen|bestätigt|bestätigen|kennzeichnet|kennzeichnen"
    r"|verschlüsselt|verschlüsseln|speichert|speichern|veranlasst|veranlassen|stimmt|stimmen|gleicht|gleichen|liefert|liefern|erbringt|erbringen|leistet|leisten|zahlt|zahlen|berechnet|berechnen|behandelt|behandeln|erteilt|erteilen|vergütet|vergüten|erstattet|erstatten|behebt|beheben|beseitigt|beseitigen"
    r"|wartet|warten|reinigt|reinigen|räumt|räumen|entfernt|entfernen|verwahrt|verwahren|gewährt|gewähren|verwendet|verwenden|setzt|setzen|richtet|richten|beantwortet|beantworten|bearbeitet|bearbeiten|verantwortet|verantworten|unterzeichnet|unterzeichnen"
    r"|zeichnet|zeichnen|unterstützt|unterstützen|ermittelt|ermitteln|benachrichtigt|benachrichtigen|versieht|versehen|trägt|tragen|ordnet|ordnen|wertet|werten|wiederholt|wiederholen|testet|testen|begleicht|begleichen|schließt|schließen|sammelt|sammeln)"
)
_DONE = (
    r"(?:protokolliert|dokumentiert|geprüft|überprüft|kontrolliert|gelöscht|vernichtet|gespeichert|verschlüsselt|vergeben|gesperrt|entzogen|aufbewahrt|archiviert|erfasst|erhoben|verarbeitet|gemeldet|informiert|unterrichtet|benachrichtigt"
    r"|geschult|freigegeben|genehmigt|bestätigt|aktualisiert|festgehalten|vermerkt|eingetragen|übergeben|abgeschlossen|gesichert|getestet|bewertet|zugewiesen|eingeholt|nachgewiesen|vorgelegt|durchgeführt|begründet|gekennzeichnet|abgestimmt|unterzeichnet"
    r"|versandt|weitergegeben|weitergeleitet|beantwortet|angelegt|ausgehändigt|eingezogen|hinterlegt|abgelegt|nummeriert|registriert|ausgewertet|erprobt|wiederholt|verwahrt|quittiert|gegengezeichnet|anonymisiert|pseudonymisiert|aufgezeichnet|verwendet|offengelegt)"
)
_TOLD = r"(?:beschrieben|genannt|dargestellt|verstanden|bezeichnet|erläutert|geregelt|definiert|zusammengefasst|aufgeführt|abgekürzt|festgelegt|gegründet|erwähnt|angeboten|erklärt|benutzt|geschätzt|betrachtet|gesehen|gezeigt|verlängert|verkürzt|beendet|betrieben|verbunden|beeinflusst|bestimmt|unterschieden|vorgestellt|behandelt|gebraucht)"
_ANY_PARTICIPLE = rf"(?!{_TOLD}\b)(?:\w*ge[a-zäöüß]{{2,}}(?:t|en)|[a-zäöüß]+iert|(?:be|ver|er|ent|zer|über|unter|wider|miss)[a-zäöüß]{{3,}}(?:t|en))"
_BETWEEN = r"(?:[A-ZÄÖÜ0-9„][\w%.,“/-]*|nicht|mit|seit|selbst|sofort|jetzt|erst|getrennt|direkt|komplett|(?!(?:ist|sind|hat|haben|wird|werden|muss|müssen|soll|sollen|kann|können|darf|dürfen|sollte|sollten|könnte|könnten|müsste|müssten|dürfte|dürften|würde|würden|wollen|möchten|lassen|bleiben|zu|dass|die|der)\b)(?![a-zäöüß]+t\b)[a-zäöüß-]+|die|der)"
_LAST_INFINITIVE = r"(?!ge[a-zäöüß]+en\b)(?!\w*(?:schrieben|troffen|boten|fallen|nommen|zogen|sprochen|standen|gangen|schlossen|worden|halben|wegen|neben|gegen|zwischen|seiten|besten|meisten|anderen|einzelnen|unten|oben|innen|außen|hinten|vorn)\b)[a-zäöüß]{2,}(?:en|ern|eln)"
"""German main clauses have their finite verb second: one that has none and ends in an infinitive is a command."""
_ADVERB = r"(?:ausschließlich|nur|unverzüglich|zunächst|stets|dann|auch|anschließend|außerdem|umgehend|sofort|allein)"
_PARTY = r"(?:Der|Die|Das|Jede|Jeder) (?:Auftraggeber|Auftragnehmer|Dienstleister|Anbieter|Lieferant|Besteller|Verkäufer|Käufer|Lizenzgeber|Lizenznehmer|Verleiher|Entleiher|Berater|Betreiber|Partei|Vertragspartei|Parteien|Vertragsparteien|Agentur|Makler|Spediteur|Lagerhalter|Franchisegeber|Franchisenehmer|Kunde|Teilnehmer|Arbeitgeber|Arbeitnehmer|Versicherer|Versicherungsnehmer|Vertragspartner|Unternehmer|Bauherr|Pächter|Verpächter|Veranstalter|Gast|Mitglied|Bieter|Darlehensnehmer|Darlehensgeber|Inserent|Händler|Hersteller)(?:in|innen)?"
_BOUND = r"(?:ausschließlich|nur|mindestens|spätestens|unverzüglich|schriftlich|täglich|wöchentlich|monatlich|vierteljährlich|halbjährlich|jährlich|innerhalb|binnen|durch|vor|nach|einmal|zweimal|getrennt|nachvollziehbar)"
_USUAL = r"(?!.*\b(?i:häufig|oft|meist|meistens|üblicherweise|gelegentlich|derzeit|bisher|früher|vielfach|zunehmend|manchmal|voraussichtlich|inzwischen|seit)\b)"
_AFFIRMED = r"(?!.*\b(?:nicht|kein\w*|niemals|nie|keinesfalls)\b)"
_SOON = r"(?:innerhalb|binnen|spätestens|unverzüglich|umgehend)"
_PAPER = r"(?:\w*(?:[Vv]ertr[aä]ge?|[Vv]ereinbarung(?:en)?|[Pp]rotokolle?|[Bb]erichte?|[Mm]eldung(?:en)?|[Aa]ntr[aä]ge?|[Dd]okumentation|[Nn]achweise?|[Aa]ufzeichnung(?:en)?|[Rr]echnung(?:en)?|[Kk]onzepte?|[Ss]tellenbeschreibung(?:en)?|[Aa]ufträge|[Aa]uftrag|[Ee]tiketten|[Ee]tikett|[Kk]ennw[oö]rte?r?|[Pp]assw[oö]rte?r?|[Bb]elege?|[Ll]isten?|[Pp]läne|[Pp]lan))"
_NO_MODAL = r"(?!.*\b(?:[Kk]ann|[Kk]önnen|[Dd]arf|[Dd]ürfen|könnte|könnten|will|wollen|berechtigt)\b)"
_THIS_TEXT = r"(?!(?:Diese|Dieses|Dieser|Die vorliegende|Das vorliegende|Dieser) )"

RULES: tuple[Rule, ...] = (
    *within(
        ("policy", "contract"),
        (
            rule(
                "de.stelle_handelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:[^,;:]{{0,80}}?\b)?(?:{_SUBJECT}\b[^,;:]{{0,70}}?\b{_VERB}|{_VERB} {_SUBJECT})\b",
                beats=["de.ist_ein"],
            ),
            rule(
                "de.er_handelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:(?:Er|Sie) (?:{_VERB}|{_ACTS})\b(?! sich\b)|[A-ZÄÖÜ][^,;:]{{0,60}} {_VERB} (?:er|sie)\b)",
            ),
            rule(
                "de.enthaelt_mindestens",
                OBLIGATION,
                rf"^{_THIS_TEXT}{_AFFIRMED}[^,;]*?\b(?:enthält|enthalten|trägt|tragen|nennt|nennen|umfasst|umfassen)\b[^;]*\b(?:mindestens|wenigstens|vorgeschrieben\w*|folgende[nr]? (?:Angaben|Daten|Inhalte|Punkte|Felder))\b|^{_THIS_TEXT}{_USUAL}{_AFFIRMED}(?:(?:Der|Das|Die|Alle|Jede[rs]?) )?(?:[a-zäöüß]+(?:e|en|er|es) )?{_PAPER}\b[^,;:]{{0,60}}? (?:enthält|enthalten|nennt|nennen|bestehen aus|besteht aus)\b",
                needs="enthält enthalten trägt tragen nennt nennen umfasst umfassen bestehen besteht",
            ),
            rule(
                "de.stelle_unterlaesst",
                PROHIBITION,
                rf"^{_USUAL}(?:{_SUBJECT}\b[^,;:]{{0,70}}?\b{_VERB}|{_VERB} {_SUBJECT})\b[^,;:]*\b(?:nicht|keine?[nrs]?)\b(?! nur\b)(?![^,;:]*\b(?:verpflichtet|gehalten)\b)",
                needs="nicht kein keine keinen keiner keines",
                beats=["de.nicht_haften"],
            ),
            rule(
                "de.findet_so_statt",
                PROHIBITION,
                rf"^{_USUAL}[^;:]*\b(?:findet|finden)\b[^;:]*\b(?:nicht|nur|ausschließlich|kein\w*)\b[^;:]*\bstatt\b",
                needs="findet finden",
            ),
            rule(
                "de.auskunft",
                INFORMATION,
                r"^(?!.*\b(?:darf|dürfen|muss|müssen|soll|sollen|sind|ist)\b)(?:Rückfragen|Fragen|Auskünfte|Weitere Informationen)\b|\b(?:Durchwahl|Telefonnummer|im Intranet)\b",
                beats=["de.stelle_handelt", "de.wird_getan", "de.er_handelt"],
            ),
        ),
    ),
    *within(
        ("policy",),
        (
            rule(
                "de.jemand_handelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:[^,;:]{{0,80}}?\b)?(?:(?:{_ANYBODY}|{_SUBJECT}) {_ACTS}|{_ACTS} (?:{_ADVERB} )?{_ARTICLE} (?:[a-zäöüß]+(?:e|en|er) )?(?:{_PERSON}|{_UNIT}))\b",
                beats=["de.ist_ein"],
            ),
            rule(
                "de.wir_handeln",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:Wir [a-zäöüß]{{3,}}(?:en|ern|eln)|[A-ZÄÖÜ][^,;:]{{0,60}} [a-zäöüß]{{3,}}(?:en|ern|eln) wir)\b[^;:]*\b{_BOUND}\b",
                needs="wir",
            ),
            rule(
                "de.wird_getan",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,160}}? )?(?:wird|werden|Wird|Werden)\b[^;:]*?\b(?:{_DONE}|{_ANY_PARTICIPLE}(?=[.,;:]|$| und\b| oder\b))",
                needs="wird werden",
            ),
            rule(
                "de.wird_nicht_getan",
                PROHIBITION,
                rf"^{_USUAL}(?:[^,;:]{{0,160}}? )?(?:wird|werden)\b[^;:]*?\b(?:nicht|kein\w*|niemals|nie|keinesfalls|nirgends)\b[^;:]*?\b(?:{_DONE}|{_ANY_PARTICIPLE}(?=[.,;:]|$))|^Kein\w* [^,;:]{{0,80}}\b(?:wird|werden)\b[^;:]*?\b{_DONE}\b",
                needs="wird werden",
            ),
            rule(
                "de.erfolgt_so",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}.*?(?:\berfolg(?:t|en)\b[^;]*\b{_BOUND}\b|\b{_BOUND}\b[^;]*\berfolg(?:t|en)\b)",
                needs="erfolgt erfolgen",
            ),
        ),
    ),
    *within(
        ("contract",),
        (
            rule(
                "de.firma_handelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:[A-ZÄÖÜ][\w&-]+(?<!Sie)(?<!Er)(?<!Es)(?<!ung)(?<!en) {_VERB}|(?:Bei|Nach|Vor|Innerhalb|Im|In|Am|Zum|Zur|Mit|Auf|Für|Während|Binnen) [^,;:]{{2,60}} {_VERB} [A-ZÄÖÜ][a-zäöüß]+(?<!ung)(?<!en) (?:der|die|das|dem|den|eine?[nmrs]?)\b)",
            ),
        ),
    ),
    *within(
        ("policy", "contract", "specification"),
        (
            rule(
                "de.ohne_zustimmung",
                PROHIBITION,
                r"\bohne\b[^,;:]*\b(?:Wissen|Zustimmung|Genehmigung|Einwilligung|Freigabe|Erlaubnis)\b[^;:]*\b(?:nicht|kein\w*)\b",
                needs="ohne",
            ),
            rule(
                "de.nur_moeglich",
                PROHIBITION,
                r"\b(?:nur|ausschließlich|erst)\b[^;:]*\bmöglich\b|^Ohne\b[^;:]*\b(?:nicht (?:möglich|zulässig)|unmöglich)\b",
                beats=["de.zulaessig"],
                needs="möglich unmöglich zulässig",
            ),
            rule(
                "de.faellig",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}[^;:]*\b(?:ist|sind|wird|werden)\b[^;:]*\b(?:fällig|zahlbar)\b",
                needs="fällig zahlbar",
            ),
            rule(
                "de.partei_handelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:[^,;:]{{0,60}} )?{_PARTY} {_ACTS}\b",
            ),
            rule(
                "de.in_frist",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}{_NO_MODAL}(?:[^,;:]{{0,80}}?\b)?(?:entscheidet|entscheiden|{_VERB})\b[^;:]*\b{_SOON}\b",
            ),
            rule(
                "de.haben_nur",
                PROHIBITION,
                r"\b(?:Zugriff|Zugang|Zutritt|Einsicht|Einblick|Schlüssel)\b[^;:]*\b(?:hat|haben|erhält|erhalten|bekommt|bekommen)\b[^;:]*\b(?:nur|ausschließlich|allein|lediglich)\b|^(?:Nur|Ausschließlich|Allein)\b[^;:]*\b(?:hat|haben|erhält|erhalten)\b[^;:]*\b(?:Zugriff|Zugang|Zutritt|Einsicht|Einblick|Schlüssel)\b",
                needs="hat haben erhält erhalten bekommt bekommen",
            ),
        ),
    ),
    *within(
        ("specification", "user_stories", "criteria"),
        (
            rule(
                "de.system_handelt",
                OBLIGATION,
                rf"^(?!.*\b(?:nicht|kein\w*|derzeit|bisher|häufig|oft|üblicherweise|früher)\b)(?:[^,;:]{{0,80}}?[, ] ?)?(?:{ACTING_SYSTEM} {PLAIN_VERB}|{PLAIN_VERB} (?:{ACTING_SYSTEM}))\b|\b{ACTING_SYSTEM} (?:steht|stehen)\b[^;:]*\bzur Verfügung\b",
                hints="system portal modul produkt software anwendung app schnittstelle maske server dienst komponente oberfläche plattform",
                beats=["de.ist_ein"],
            ),
            rule(
                "de.system_wird",
                OBLIGATION,
                rf"^(?!.*\b(?:nicht|kein\w*|derzeit|bisher|häufig|oft|üblicherweise|überwiegend|heute|früher|später)\b)(?:[^;:]*?\b)?(?:wird|werden)\b[^;:]*\b{BY_SYSTEM}\b",
                needs="wird werden",
            ),
            rule(
                "de.system_wird_nicht",
                PROHIBITION,
                rf"^(?!.*\b(?:derzeit|bisher|überwiegend|heute|früher|später)\b)(?:[^;:]*?\b)?(?:wird|werden)\b[^;:]*\b(?:nicht|keine?[nr]?)\b[^;:]*\b{BY_SYSTEM}\b",
                needs="wird werden",
            ),
            rule(
                "de.nutzer_kann",
                OBLIGATION,
                r"^(?:[^,;:]{0,60}, )?(?:Der |Die |Ein |Alle |Jeder |Angemeldete |Berechtigte )?(?:[a-zäöüß]+(?:e|er|en) )?(?:Benutzer|Nutzer)(?:in|innen)? (?:kann|können)\b|^(?:Der|Die|Ein|Alle|Jeder) (?:[a-zäöüß]+(?:e|er|en) )?(?:Anwender|Administrator)(?:in|innen|en)? (?:kann|können)\b",
                beats=["de.kann"],
                needs="kann können",
            ),
            rule(
                "de.nutzer_erhaelt",
                OBLIGATION,
                rf"^{_USUAL}{_AFFIRMED}(?:[^,;:]{{0,60}}, )?(?:(?:Der|Die|Ein|Eine|Alle|Jede[rs]?) )?(?:[a-zäöüß]+(?:e|er|en) )?(?:{_PERSON}|{_UNIT}) (?:erhält|erhalten|bekommt|bekommen|sieht|sehen)\b[^;:]*\b\w*(?:[Bb]estätigung|[Bb]enachrichtigung|[Mm]eldung|[Nn]achricht|[Hh]inweis|E-Mail|[Üü]bersicht|[Ll]iste|[Ee]rinnerung|[Aa]nzeige|[Bb]ericht|SMS)\b",
                needs="erhält erhalten bekommt bekommen sieht sehen",
            ),
        ),
    ),
    *within(
        ("policy", "criteria"),
        (
            rule(
                "de.infinitiv",
                OBLIGATION,
                rf"^(?!(?:Wenn|Dass|Um|Ohne|Als|Statt|Zum|Zur|Wie|Wir|Sie|Was|Wer|Durch|Beim|So)\b)[A-ZÄÖÜ][\w-]*(?: {_BETWEEN}){{1,14}} {_LAST_INFINITIVE}[.;,!]?(?: und| oder| sowie)?$",
            ),
        ),
    ),
    *within(
        ("criteria",),
        (
            rule(
                "de.kriterium",
                OBLIGATION,
                r"^(?!.*\b(?:wurde|wurden|war|waren|darf|dürfen|könnte|voraussichtlich|derzeit|bisher|optional|offen|geklärt)\b)(?!.*\?$)(?:[\w-]+ ){2,}",
                beats=["de.kann", "de.ist_ein", "de.zulaessig", "de.gilt", "de.gehoeren"],
            ),
            rule(
                "de.kriterium_nicht",
                PROHIBITION,
                r"^(?!.*\b(?:wurde|wurden|war|waren|könnte|voraussichtlich|derzeit|bisher|noch nicht)\b)(?!.*\?$)[^;:]*\b(?:nur|nicht|kein\w*|niemals|ausschließlich)\b",
                beats=["de.kann", "de.ist_ein", "de.zulaessig", "de.gilt", "de.kriterium"],
                needs="nur nicht kein keine keinen keiner keines keinem niemals ausschließlich",
            ),
        ),
    ),
)
