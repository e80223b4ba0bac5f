# ruff: noqa: E501  (a pattern is read on one line)
"""German rules. Patterns see main clauses with their capitals: a capital letter tells a noun from a verb."""

from __future__ import annotations

import re

from .german_words import AUTHORITY, BE, ENSURE, JUDGED, MUSS, UNDERGONE, ZU
from .kinds import AUTHORITY_RIGHT, CUE, OBLIGATION, PROHIBITION, RECOMMENDATION, RELIEF
from .rule import Rule, rule

SYSTEM_VERB = re.compile(
    r"^(?:[^,;]{0,40}\b)?(?:Das|Dieses|Jedes) (?:\w+e )?(?:System|Portal|Modul|Produkt|(?!Alt|Vorgänger|Bestands|Fremd)\w*[Ss]ystem|\w*[Ss]oftware)\b[^,;]*\b(?:ermöglicht|unterstützt|zeigt|prüft|erzeugt|speichert|protokolliert|verhindert|bietet|sendet|meldet)\b"
)
"""What a system does by itself, where a specification says so."""

RULES: tuple[Rule, ...] = (
    # relief: the duty is taken away
    rule(
        "de.muss_nicht",
        RELIEF,
        rf"{MUSS}(?! (?:sicher|gewähr))[^,;:]{{0,90}}?\b(?:nicht|kein\w*)\b(?! nur\b)(?!-)",
        beats=["de.muss", "de.muss_nachstellung"],
        needs="muss müssen muß müsse müssten müsste",
    ),
    rule(
        "de.nicht_erforderlich",
        RELIEF,
        r"\b(?:nicht|kein\w*|weder)\b[^,;]*(?<!als )\b(?:erforderlich|notwendig|nötig|vorgeschrieben|zwingend|geboten|verpflichtet|gehalten|verbindlich|Pflicht)\b"
        r"|\b(?:erforderlich|verpflichtet|notwendig) (?:ist|sind) [^,;]*\bnicht\b|\bbedarf es\b[^,;]*\bnicht\b|\bbedürfen (?:nicht|keiner)\b|\bbedarf keine[rs]\b",
        beats=["de.erforderlich", "de.verpflichtet", "de.bedarf", "de.pflichtig", "de.ist_zu_weit", "de.hat_zu_weit"],
        needs="nicht kein keine keiner keinen keinem keines weder",
    ),
    rule(
        "de.nicht_beanstanden",
        RELIEF,
        r"\bnicht (?:zu beanstanden|beanstandet)\b|\bKeine Beanstandung\b|\bunbedenklich\b|\b(?:un)?schädlich\b|\bbeanstandet\b[^,;]*\bnicht\b",
        beats=["de.ist_zu", "de.ist_zu_weit", "de.ist_nicht_zu"],
        needs="nicht keine unbedenklich schädlich unschädlich beanstandet",
    ),
    rule(
        "de.keine_pflicht",
        RELIEF,
        r"\b[Kk]eine? (?:\w+ )?(?:\w*pflicht|\w*Pflicht|Verpflichtung|Notwendigkeit|Bedarf|Erfordernis)\b|\b(?:\w*[Pp]flicht|Verpflichtung)\b[^,;]*\b(?:besteht|bestehen|gilt|gelten)\b[^,;]*\bnicht\b"
        r"|\bbesteht\b[^,;]*\b(?:keine?|weder)\b[^,;]*\b(?:\w*[Pp]flicht|Verpflichtung|Bedarf)\b|\bVerpflichtung\b[^,;]*\bbesteht nicht\b"
        r"|\b(?:nicht|Nicht) \w*pflichtig\b",
        beats=["de.pflichtig", "de.gilt_pflicht", "de.erforderlich"],
        needs="nicht keine kein weder",
        hints="pflicht notwendigkeit bedarf erfordernis",
    ),
    rule(
        "de.braucht_nicht",
        RELIEF,
        r"\bbrauch(?:t|en)\b[^;]*\b(?:nicht|kein\w*)\b",
        beats=["de.ist_zu", "de.hat_zu"],
        needs="braucht brauchen",
    ),
    rule(
        "de.entfaellt",
        RELIEF,
        r"\b(?:entfällt|entfallen|verzichtbar|entbehrlich|befreit|ausgenommen|abgesehen werden|verzichtet werden)\b",
        needs="entfällt entfallen verzichtbar entbehrlich befreit ausgenommen abgesehen verzichtet",
    ),
    rule(
        "de.nicht_haften",
        RELIEF,
        r"\b(?:haftet|haften|schuldet|trägt|zu haften)\b(?:[^,;]*\b(?:nicht|keine)\b|$(?<=nicht zu haften))|\bnicht zu (?:haften|vertreten)\b",
        beats=["de.haftet", "de.hat_zu", "de.hat_zu_weit"],
        needs="nicht keine",
    ),
    # prohibition
    rule(
        "de.darf_nicht",
        PROHIBITION,
        r"\b(?:[Dd]arf|[Dd]ürfen|dürfe)\b[^;:]*?\b(?:nicht|kein\w*|weder|niemals|nie|keinesfalls)\b|\b(?:[Kk]ein\w*|[Nn]iemand|[Ww]eder|[Nn]icht)\b[^,;:]*\b(?:darf|dürfen)\b",
        beats=["de.darf"],
        needs="darf dürfen dürfe",
    ),
    rule(
        "de.grenze",
        OBLIGATION,
        r"\b(?:[Dd]arf|[Dd]ürfen|[Ss]oll|[Ss]ollen|[Ss]ollte|[Ss]ollten)\b[^;:]*?\b(?:nicht|kein\w*|niemals)\b[^;:]*?\b(?:überschreiten|übersteigen|unterschreiten|überschritten|unterschritten|überstiegen)\b"
        r"|\b(?:[Dd]arf|[Dd]ürfen)\b[^;:]*?\b(?:nicht|niemals)\b (?:länger|mehr|weniger|höher|später|größer|älter) (?:als|dauern)\b|\b(?:[Dd]arf|[Dd]ürfen)\b[^;:]*?\b(?:höchstens|maximal) (?:\d|ein|zwei|drei|vier|fünf|zehn)",
        beats=["de.darf_nicht", "de.darf_nur", "de.darf", "de.soll_nicht", "de.soll", "de.sollte"],
        needs="darf dürfen soll sollen sollte sollten",
    ),
    rule(
        "de.darf_nur",
        PROHIBITION,
        r"\b(?:[Dd]arf|[Dd]ürfen)\b[^;:]*?\b(?:nur|ausschließlich|lediglich|höchstens|erst|allein)\b|\b(?:[Nn]ur|[Aa]usschließlich|[Ll]ediglich)\b[^,;:]*\b(?:darf|dürfen)\b",
        beats=["de.darf"],
        needs="darf dürfen",
    ),
    rule(
        "de.unzulaessig",
        PROHIBITION,
        r"\b(?:nur|ausschließlich|lediglich|allein|erst)\b[^,;:]*\b(?:zulässig|gestattet|erlaubt|statthaft|zugelassen)\b|\b(?:zulässig|gestattet|erlaubt|zugelassen) (?:ist|sind) (?:\w+ )?(?:nur|ausschließlich|allein)\b|^(?:Zulässig|Erlaubt|Gestattet) (?:ist|sind) (?:nur|ausschließlich|allein|lediglich)\b|"
        r"\b(?:unzulässig|untersagt|verboten|unstatthaft)\b|\b(?:nicht|kein\w*)\b(?: mehr)?(?: \w+)? (?:zulässig|gestattet|erlaubt|statthaft|zugelassen)\b",
        beats=["de.zulaessig"],
        needs="unzulässig untersagt verboten unstatthaft zulässig gestattet erlaubt statthaft zugelassen",
    ),
    rule(
        "de.nicht_berechtigt",
        PROHIBITION,
        r"\b(?:nicht|kein\w*)\b[^,;]*\b(?:berechtigt|befugt|ermächtigt)\b",
        beats=["de.berechtigt"],
        needs="berechtigt befugt ermächtigt",
    ),
    rule(
        "de.unterlassen",
        PROHIBITION,
        r"\b(?:hat|haben|ist|sind)\b[^;]*\b(?:zu unterlassen|zu unterbleiben|zu unterbinden)\b",
        needs="unterlassen unterbleiben unterbinden",
    ),
    rule(
        "de.soll_nicht",
        PROHIBITION,
        r"\b(?:soll|sollen)\b[^,;:]*\b(?:nicht|kein\w*)\b",
        beats=["de.soll"],
        needs="soll sollen",
    ),
    rule(
        "de.ist_nicht_zu",
        PROHIBITION,
        rf"\b(?:ist|sind)\b[^,;:]*\b(?:nicht|kein\w*) (?:\w+ )?{ZU}",
        beats=["de.ist_zu", "de.ist_zu_weit"],
        needs="ist sind",
        hints="zu",
    ),
    rule(
        "de.nicht_mehr",
        PROHIBITION,
        r"^(?:Der|Die|Das|Ein\w*) [^,;]*\b(?:verarbeitet|verarbeiten|nimmt|nehmen|verwendet|verwenden|nutzt|nutzen|speichert|übermittelt)\b[^,;]*\b(?:nicht|keine\w?)\b",
        needs="nicht keine keinen keiner",
    ),
    # obligation
    rule(
        "de.muss_nachstellung",
        OBLIGATION,
        rf"{MUSS}[^;]*\b(?:nachweisen können|sicherstellen|gewährleisten)\b",
        needs="muss müssen muß müsse müssten müsste",
        hints="nachweisen sicherstellen gewährleisten",
    ),
    rule("de.muss", OBLIGATION, MUSS, needs="muss müssen muß müsse müssten müsste"),
    rule(
        "de.verpflichtet",
        OBLIGATION,
        r"\b(?:verpflichtet|verpflichten|Verpflichtet|gehalten)\b(?: sich)?|\bhaftbar\b",
        needs="verpflichtet verpflichten gehalten haftbar",
    ),
    rule(
        "de.hat_zu",
        OBLIGATION,
        rf"\b(?:hat|haben|Hat|Haben)\b[^,;:]*?(?!\bzu {UNDERGONE}){ZU}",
        needs="hat haben",
        hints="zu",
    ),
    rule(
        "de.hat_zu_weit",
        OBLIGATION,
        rf"\b(?:hat|haben)\b[^;:]*?(?!\bzu {UNDERGONE}){ZU}",
        needs="hat haben",
        hints="zu",
    ),
    rule(
        "de.ist_zu",
        OBLIGATION,
        rf"{BE}[^,;:]*?(?!\bzu (?:{JUDGED}|beanstanden)\b){ZU}|^(?:\S+ ){{0,3}}{ZU} (?:ist|sind)\b|\bist dafür zu sorgen\b",
        beats=["de.ist_ein"],
        needs="ist sind sei seien bleibt bleiben wird werden wäre wären",
        hints="zu",
    ),
    rule(
        "de.ist_zu_weit",
        OBLIGATION,
        rf"{BE}[^;:]*?(?!\bzu (?:{JUDGED}|beanstanden)\b){ZU}",
        needs="ist sind sei seien bleibt bleiben wird werden wäre wären",
        hints="zu",
    ),
    rule(
        "de.erforderlich",
        OBLIGATION,
        rf"{BE}[^,;]*\b(?:erforderlich|notwendig|zwingend|geboten|unerlässlich|vorgeschrieben|Pflicht|obligatorisch|unverzichtbar)\b|^Zwingend (?:ist|sind)\b"
        r"|\b(?:erforderlich|notwendig|zwingend) (?:ist|sind)\b|\b(?:ist|sind)\b[^;]*\b(?:erforderlich|notwendig)\W*$",
        needs="erforderlich notwendig zwingend geboten unerlässlich vorgeschrieben pflicht obligatorisch unverzichtbar",
        beats=["de.ist_ein"],
    ),
    rule(
        "de.verlangt",
        OBLIGATION,
        r"\b(?:erfordert|erfordern|verlangt|verlangen|gebietet|gebieten|fordert|fordern)\b|\bsetz(?:t|en)\b[^;]*\bvoraus\b",
        needs="erfordert erfordern verlangt verlangen gebietet gebieten fordert fordern setzt setzen",
    ),
    rule("de.bedarf", OBLIGATION, r"\b(?:bedarf|bedürfen)\b", needs="bedarf bedürfen"),
    rule(
        "de.obliegt",
        OBLIGATION,
        r"\b(?:obliegt|obliegen)\b|\bSorge (?:zu )?tragen\b|\bträgt (?:\w+ )?(?:dafür )?Sorge\b",
        needs="obliegt obliegen sorge",
    ),
    rule(
        "de.verantwortlich",
        OBLIGATION,
        r"\b(?:ist|sind|bleibt|bleiben)\b[^,;]*\b(?:verantwortlich|rechenschaftspflichtig)\b|\b(?:trägt|tragen)\b[^,;]*\b\w*[Vv]erantwortung\b",
        needs="verantwortlich rechenschaftspflichtig trägt tragen",
    ),
    rule("de.haftet", OBLIGATION, r"\b(?:haftet|haften|haftbar)\b", needs="haftet haften haftbar"),
    rule("de.schuldet", OBLIGATION, r"\b(?:schuldet|schulden)\b", needs="schuldet schulden"),
    rule(
        "de.zahlt",
        OBLIGATION,
        r"\b(?:zahlt|zahlen|entrichtet|erstattet|ersetzt)\b|\bträgt\b[^;]*\bKosten\b|\bKosten\b[^;]*\bträgt\b|\bbeträgt\b[^;]*\bmonatlich\b|\bmonatlich\w*\b[^;]*\bbeträgt\b",
        needs="zahlt zahlen entrichtet erstattet ersetzt trägt beträgt",
    ),
    rule(
        "de.uebernimmt",
        OBLIGATION,
        r"\b(?:übernimmt|übernehmen)\b|\berklär(?:t|en) sich bereit\b",
        needs="übernimmt übernehmen erklärt erklären",
    ),
    rule(
        "de.pflichtig",
        OBLIGATION,
        r"\b(?:ist|sind)\b[^,;]*\b\w{4,}(?:pflichtig|bedürftig)\b(?! [A-ZÄÖÜ])|\bunterlieg(?:t|en)\b[^,;]*[Pp]flicht\b",
        needs="ist sind unterliegt unterliegen",
        hints="pflicht bedürftig",
    ),
    rule(
        "de.gilt_pflicht",
        OBLIGATION,
        r"\b(?:gilt|besteht|bestehen|gelten)\b(?:(?! für\b| nicht\b| im\b| nur\b)[^,;])*?\b(?:\w+pflicht|\w+pflichten|Pflicht|Verpflichtung)\b",
        needs="gilt besteht bestehen gelten",
    ),
    rule(
        "de.durch_akteur",
        OBLIGATION,
        r"\b(?:wird|werden)\b[^,;]*\b(?:vom|von der|von den|durch den|durch die) (?!Kommission)[A-ZÄÖÜ]\w+\b[^,;]*(?:ge\w+(?:t|en)|\w+(?:iert|nommen|stellt|halten|tragen))\b",
        needs="wird werden",
    ),
    rule(
        "de.ensure",
        OBLIGATION,
        rf"{ENSURE}[^;]*\b(?:sicher|dafür|Maßnahmen|Vorkehrungen|Vorsorge)\b|\b(?:gewährleistet|gewährleisten)\b",
        needs="stellt stellen gewährleistet gewährleisten sorgt sorgen trifft treffen trägt tragen",
    ),
    rule(
        "de.nur_wenn",
        OBLIGATION,
        r"\b(?:nur|allein|ausschließlich)\b(?: dann| insoweit| unter der Voraussetzung)?(?! nicht\b)[^;]{0,80}?,? \b(?:wenn|soweit|sofern|falls)\b|\bnur (?:dann )?(?:erfüllt|rechtmäßig|zulässig|gewahrt|genüg\w+|ordnungsmäßig)",
        beats=["de.zulaessig"],
        anywhere=True,
        needs="nur allein ausschließlich",
    ),
    rule(
        "de.andernfalls", CUE, r"^(?:Andernfalls|Ansonsten|Anderenfalls)\b", needs="andernfalls ansonsten anderenfalls"
    ),
    rule(
        "de.imperativ",
        OBLIGATION,
        r"^(?:Bitte|Stellen Sie|Verwenden Sie|Achten Sie|Prüfen Sie)\b",
        needs="bitte stellen verwenden achten prüfen",
    ),
    rule(
        "de.wunsch",
        OBLIGATION,
        r"\bAls\b.{3,60}\b(?:möchte|will|benötige|brauche)\b(?: ich| wir)?\b",
        anywhere=True,
        needs="als",
    ),
    rule(
        "de.system_verb",
        OBLIGATION,
        SYSTEM_VERB.pattern,
        hints="system portal modul produkt software",
    ),
    rule(
        "de.wird_system",
        OBLIGATION,
        r"\b(?:Das System|Die Anwendung|Die Software|Der Auftragnehmer|Der Lieferant|Das Produkt)\b[^,;]* wird\b[^,;]*[a-zäöüß]+(?:en|ern|eln)\b",
        needs="wird",
    ),
    # recommendation
    rule("de.sollte", RECOMMENDATION, r"\b(?:sollte|sollten)\b", needs="sollte sollten"),
    rule(
        "de.muss_zulassen",
        CUE,
        rf"(?:{MUSS}|\b(?:soll|sollen|hat|haben)\b)[^,;:]*\b(?:möglich|ausreichend|ausreichen|genügen|gestattet|erlaubt|zulässig)\b",
        beats=["de.zulaessig"],
        needs="möglich ausreichend ausreichen genügen gestattet erlaubt zulässig",
    ),
    rule(
        "de.modal_koennen",
        CUE,
        rf"(?:{MUSS}|\b(?:soll|sollen|sollte|sollten)\b)[^;:]*\bkönnen\b",
        beats=["de.kann"],
        needs="können",
    ),
    rule("de.soll", RECOMMENDATION, r"\b(?:soll|sollen|Sollen)\b", needs="soll sollen"),
    rule(
        "de.empfohlen",
        RECOMMENDATION,
        r"\b(?:empfohlen|empfiehlt|empfehlen|empfehlenswert|ratsam|angeraten|zweckmäßig|wünschenswert)\b",
        needs="empfohlen empfiehlt empfehlen empfehlenswert ratsam angeraten zweckmäßig wünschenswert",
    ),
    # rights that bind the other side
    rule("de.hat_recht", OBLIGATION, r"\b(?:hat|haben)\b[^;]*\b(?:das Recht|ein Recht)\b", needs="recht"),
    rule(
        "de.behoerde_recht",
        AUTHORITY_RIGHT,
        rf"\b{AUTHORITY}\b[^,;]*\b(?:hat|haben)\b[^;]*\b(?:das Recht|ein Recht|die Befugnis)\b",
        beats=["de.hat_recht"],
        needs="recht befugnis",
        hints="behörde finanz kommission mitgliedstaat ausschuss bundes landesregierung gericht parlament rat ezb esa bafin länder gemeinde bund senat minister",
    ),
)
