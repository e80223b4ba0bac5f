# ruff: noqa: E501  (a pattern is read on one line)
"""German rules for what binds nobody: permissions, scope, definitions, information, rights of authorities."""

from __future__ import annotations

import re

from .german_words import AUTHORITY, AUTHORITY_MASCULINE, JUDGED, MUSS, OTHER_ACTOR
from .kinds import AUTHORITY_RIGHT, CUE, DEFINITION, INFORMATION, PERMISSION, SCOPE
from .rule import Rule, rule

VERMUTUNG = re.compile(
    rf"{MUSS}[^;:]*\b(?:gewesen sein|gegeben haben|gehabt haben)\b|{MUSS}[^;:]*\b(?:wohl|offenbar|offensichtlich|anscheinend|vermutlich|wahrscheinlich)\b[^;:]*\b(?:haben|sein)\b"
)
"""A guess about what was, which is worded like a duty."""

RULES: tuple[Rule, ...] = (
    # permission
    rule("de.kann", PERMISSION, r"\b(?:kann|können|könnte|könnten|Kann|Können)\b", needs="kann können könnte könnten"),
    rule("de.darf", PERMISSION, r"\b(?:[Dd]arf|[Dd]ürfen)\b", needs="darf dürfen"),
    rule(
        "de.berechtigt",
        PERMISSION,
        r"\b(?:berechtigt|befugt|ermächtigt|steh(?:t|en)\b[^,;]*\bfrei|bleibt (?:\w+ )?(?:überlassen|unbenommen|vorbehalten)|freigestellt|Befugnis)\b",
        beats=["de.ist_zu_weit", "de.hat_zu_weit", "de.verpflichtet"],
        needs="berechtigt befugt ermächtigt frei überlassen unbenommen vorbehalten freigestellt befugnis",
    ),
    rule(
        "de.zulaessig",
        PERMISSION,
        r"\b(?:zulässig|gestattet|erlaubt|statthaft|möglich|ausreichend|optional)\b|\b(?:reicht|reichen)\b[^;]*\baus\b|\bgenüg(?:t|en)\b(?! \w* ?nur)",
        needs="zulässig gestattet erlaubt statthaft möglich ausreichend optional reicht reichen genügt genügen",
    ),
    rule(
        "de.anspruch",
        PERMISSION,
        r"(?<![Ii]n )\bAnspruch\b|\b(?:zusteh(?:t|en|ende|enden|endes)|steht\b[^;]*\bzu|stehen\b[^;]*\bzu)\b|\bverlangen\b",
        needs="anspruch zusteht zustehen zustehende zustehenden zustehendes steht stehen verlangen",
    ),
    # scope
    rule("de.gilt", SCOPE, r"\b(?:gilt|gelten)\b", needs="gilt gelten"),
    rule(
        "de.anwendung",
        SCOPE,
        r"\b(?:findet|finden)\b[^;]*\bAnwendung\b|\b(?:entsprechend|nicht|ebenfalls) anzuwenden\b|\bsind\b[^;]*\banzuwenden\b",
        beats=["de.ist_nicht_zu"],
        needs="anwendung anzuwenden",
    ),
    rule(
        "de.unberuehrt",
        SCOPE,
        r"\bunberührt\b|\bberührt\b[^;]*\bnicht\b|\bnicht berührt\b|\b[Uu]nbeschadet\b|\berfolgt unbeschadet\b",
        needs="unberührt berührt unbeschadet",
    ),
    rule(
        "de.erstreckt",
        SCOPE,
        r"\b(?:erstreckt|erstrecken|betrifft|betreffen|bezieht|beziehen)\b",
        needs="erstreckt erstrecken betrifft betreffen bezieht beziehen",
    ),
    rule(
        "de.inkrafttreten",
        SCOPE,
        r"\b(?:tritt|treten)\b[^;]*\bin Kraft\b|\baußer Kraft\b|\b(?:ersetzt|ersetzen)\b[^;]*\b(?:Fassung|Version|Richtlinie|Anweisung)\b[^;]*\bvom\b",
        beats=["de.zahlt"],
        needs="kraft ersetzt ersetzen",
    ),
    rule(
        "de.verordnung_subjekt",
        SCOPE,
        r"^(?:Diese|Die vorliegende|Dieses|Der|Die) (?:Verordnung|Richtlinie|Gesetz|Abschnitt|Kapitel|Absätze?|Artikel|Vorschriften?) [^,;]*\b(?:enthält|schützt|regelt|legt|gilt|dient|bezweckt)\b",
        hints="verordnung richtlinie gesetz abschnitt kapitel absatz absätze artikel vorschrift",
    ),
    # definition
    rule(
        "de.definition",
        DEFINITION,
        r"\b(?:Unter|unter)\b[^;]*\b(?:versteht|verstehen|verstanden)\b|\b(?:Der Begriff|Begriffsbestimmung\w*|bezeichnet|bezeichnen|im Sinne dieser|im Sinne dieses)\b[^;]*\b(?:ist|sind|bezeichne\w+|umfass\w+|verstehen|der Ausdruck)\b"
        r"|^[„\"»][^“\"«]+[“\"«](?: \w+)? (?:ist|sind|bezeichne\w+|bedeutet)\b",
        needs="",
        hints='versteh verstanden begriff bezeichn sinne „ » "',
    ),
    rule(
        "de.ist_ein",
        DEFINITION,
        r"^(?:(?:Der|Die|Das|Ein|Eine) )?(?:[\w-]+ ){0,2}[A-ZÄÖÜ][\w-]+ (?:ist|sind) (?:ein|eine|einer|alle|der|die|das|jede|jeder|jedes)\b(?! Grundsatz)",
        needs="ist sind",
        hints="ist sind",
    ),
    rule(
        "de.gehoeren",
        DEFINITION,
        r"^(?:Dazu|Hierzu|Darunter|Zu)\b[^,;]*\b(?:gehör(?:t|en)|zähl(?:t|en)|fallen)\b|^[^,;]{0,80}\b(?:gehör(?:t|en)|zähl(?:t|en)) (?:zu|auch)\b|^[^,;]{0,80}\b(?:umfass(?:t|en)|besteht aus|bestehen aus)\b(?! mindestens\b| wenigstens\b)",
        hints="gehör zähl fallen umfass besteh",
    ),
    rule(
        "de.beispiel",
        INFORMATION,
        r"^(?:(?:Zum )?Beispiele?\b|So kann\b|Siehe\b|Vgl\.|Zu[mr]? \w+ (?:vgl|siehe))",
    ),
    rule(
        "de.beispiel_marke",
        INFORMATION,
        r"^(?:Beispiele?|Hinweise?|Anmerkung)(?: [\w.]+){0,4} ?:|^(?:Zum Beispiel|Beispielsweise)\b|^So (?:muss|müsste|darf|hat) (?:etwa|zum Beispiel|beispielsweise)\b",
    ),
    rule(
        "de.folgen",
        INFORMATION,
        rf"{MUSS}[^;:]*\bmit\b[^;:]*\brechnen\b|\b(?:hat|haben)\b[^;:]*\bmit\b[^;:]*\bzu rechnen\b",
        beats=["de.muss", "de.hat_zu", "de.hat_zu_weit"],
        needs="rechnen",
    ),
    rule(
        "de.vermutung",
        INFORMATION,
        VERMUTUNG.pattern,
        beats=["de.muss", "de.muss_nachstellung"],
        needs="sein haben",
    ),
    rule(
        "de.frueher",
        INFORMATION,
        r"\b(?:mussten|musste)\b|\b(?:wurde|wurden|war|waren|hatte|hatten)\b[^;:]*\bsollten?\b|\bsollten?\b[^;:]*\b(?:damals|seinerzeit|ursprünglich|einst)\b|\b(?:damals|seinerzeit|ursprünglich|einst)\b[^;:]*\bsollten?\b",
        beats=["de.sollte", "de.soll"],
        needs="mussten musste sollte sollten",
    ),
    rule(
        "de.offen",
        INFORMATION,
        r"^(?:Ob|Wer|Wie|Welche[rsmn]?|Wann)\b.*\b(?:entschieden|offen|geklärt|unklar|festgelegt|abgestimmt|erläutert)\b|\b(?:ist|sind|bleibt|bleiben) (?:noch |derzeit )?(?:offen|unklar|zu klären)\b|\bnoch zu (?:klären|entscheiden|bestimmen)\b",
        beats=["de.muss", "de.soll", "de.sollte", "de.ist_zu", "de.ist_zu_weit"],
        needs="entschieden offen geklärt unklar festgelegt abgestimmt erläutert klären entscheiden bestimmen",
    ),
    rule("de.frage", INFORMATION, r"\?\W*$", anywhere=True),
    rule(
        "de.vergangen",
        INFORMATION,
        r"\b(?:wurde|wurden|hatte|hatten|war|waren)\b",
        needs="wurde wurden hatte hatten war waren",
    ),
    rule(
        "de.nennt",
        INFORMATION,
        r"\b(?:ergeben sich|ergibt sich|dient|dienen|bedeutet|beruht|beruhen|handelt es sich|kommt es\b[^;]*\bnicht)\b|\bkommt es nicht\b",
        needs="ergeben ergibt dient dienen bedeutet beruht beruhen handelt kommt",
    ),
    rule(
        "de.folge",
        INFORMATION,
        r"\b(?:unwirksam|wirksam|verjähr\w+|endet|beginnt|verlängert sich|bleibt außer Betracht|außer Betracht|Gerichtsstand|ausgeschlossen)\b",
        hints="wirksam verjähr endet beginnt verlängert betracht gerichtsstand ausgeschlossen",
    ),
    rule("de.judged", INFORMATION, rf"\bzu {JUDGED}\b", needs="zu"),
    rule(
        "de.zweck",
        INFORMATION,
        r"\b(?:Zweck|Ziel|Aufgabe|Gegenstand)\b[^;]*\bist es\b|\bin der Lage\b",
        beats=["de.ist_zu", "de.ist_zu_weit"],
        needs="zweck ziel aufgabe gegenstand lage",
    ),
    # authority
    rule(
        "de.behoerde_kann",
        AUTHORITY_RIGHT,
        rf"\b{AUTHORITY}\b[^,;]*\b(?:kann|können|darf|dürfen)\b|\b(?:kann|können|darf|dürfen)\b[^,;]{{0,40}}\b(?:die|der|das) {AUTHORITY}\b",
        beats=["de.kann", "de.darf"],
        needs="kann können darf dürfen",
        hints="behörde finanz kommission mitgliedstaat ausschuss bundes landesregierung gericht parlament rat ezb esa bafin länder gemeinde bund senat minister",
    ),
    rule(
        "de.behoerde",
        CUE,
        rf"^(?!{OTHER_ACTOR})(?:[^,;]{{0,50}} )?(?:Die|die|Jede|jede|Eine|eine|Das|das) (?:\w+(?:e|en) )?{AUTHORITY}\b"
        rf"|^(?!{OTHER_ACTOR})(?:[^,;]{{0,50}} )?(?:Der|der|Ein|Jeder|jeder|ein) (?:\w+e )?{AUTHORITY_MASCULINE}\b"
        rf"|\bdurch (?:die|das|den) {AUTHORITY}\b",
        hints="behörde finanz kommission mitgliedstaat ausschuss bundes landesregierung gericht parlament rat ezb esa bafin länder gemeinde bund senat minister",
    ),
)
