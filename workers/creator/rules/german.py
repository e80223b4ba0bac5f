# ruff: noqa: E501  (a pattern is read on one line)
"""German rules. Patterns see main clauses with their capitals: a capital letter tells a noun from a verb."""

from __future__ import annotations

from orchestrator.domain.requirement import Modality, SentenceClass

from .rule import Cue, Rule, rule

OBLIGATION, PROHIBITION, RECOMMENDATION = Modality.OBLIGATION, Modality.PROHIBITION, Modality.RECOMMENDATION
PERMISSION, RELIEF, DEFINITION = SentenceClass.PERMISSION, SentenceClass.RELIEF, SentenceClass.DEFINITION
SCOPE, INFORMATION, CONDITION = SentenceClass.SCOPE, SentenceClass.INFORMATION, SentenceClass.CONDITION
AUTHORITY_RIGHT, CUE = SentenceClass.AUTHORITY_RIGHT, Cue.CUE

_PREFIX = (
    r"(?:ab|an|auf|aufrecht|auseinander|aus|bei|bekannt|bereit|dar|durch|ein|fern|fest|fort|frei|gegenüber|geheim|gleich|glaubhaft|herab|heraus"
    r"|herbei|her|hervor|hinzu|hin|instand|inne|kennt|klar|los|mit|nach|nieder|offen|rück|sicher|statt|teil|über|um|unter|vorweg|voran"
    r"|voraus|vorbei|vor|wahr|weg|weiter|wieder|zurecht|zurück|zusammen|zu)"
)
_INF = r"[a-zäöüß]{2,}(?:en|ern|eln|un)\b"
_NOT_GERUNDIVE = r"(?![a-zäöüß]*end(?:e|en|er|es|em)\b[ -]+[A-ZÄÖÜ])"
ZU = rf"(?:\b[Zz]u {_NOT_GERUNDIVE}{_INF}|\b{_NOT_GERUNDIVE}(?:\w+)?{_PREFIX}zu{_INF})"
_JUDGED = r"(?:verstehen|beurteilen|bewerten|betrachten|erwarten|befürchten|sehen|unterscheiden|rechnen|bemerken)"
MUSS = r"\b(?:muss|müssen|muß|müsse|müssten|müsste|[Mm]üssen|[Mm]uss)\b"
_BE = r"\b(?:ist|sind|sei|seien|bleibt|bleiben|wird|werden|wäre|wären|Ist|Sind)\b"
_AUTHORITY = (
    r"(?:Finanzverwaltung|Finanzbehörden?|Finanzamt|Finanzämter|\w*[Aa]ufsichtsbehörden?|Behörden?|Kommission|Mitgliedstaat(?:s|es|en)?|Mitgliedstaaten"
    r"|Ausschuss|Ausschusses|Bundes(?:beauftragte|regierung|ministerium|amt|tag|rat|netzagentur|anstalt)\w*|Landesregierung(?:en)?|Gerichte?|Bundesgericht\w*|Parlament|Rat"
    r"|EZB|ESA|BaFin|Bundesbank|Bundesländer|Länder|Gemeinden?|\w*[Rr]egulierungsbehörden?|Marktüberwachungsbehörden?|Verwaltungsbehörden?)"
)
_AUTHORITY_MASCULINE = r"(?:Mitgliedstaat|Ausschuss|Bundes(?:beauftragte|tag|rat)|Rat|Bund|Senat|Minister)"
_OTHER_ACTOR = r"[^,;]*\b(?:[Dd]er|[Ee]in|[Jj]eder|des) (?:Steuerpflichtigen?|Verantwortlichen?|Auftragsverarbeiters?|Unternehmers?|Betreibers?|Herstellers?|Anbieters?)\b"
_ENSURE = r"\b(?:stellt|stellen|gewährleistet|gewährleisten|sorgt|sorgen|trifft|treffen|trägt|tragen)\b"

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
        r"\b(?:nicht|kein\w*|weder)\b[^,;]*\b(?:erforderlich|notwendig|nötig|vorgeschrieben|zwingend|geboten|verpflichtet|gehalten|verbindlich|Pflicht)\b"
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
        "de.darf_nur",
        PROHIBITION,
        r"\b(?:[Dd]arf|[Dd]ürfen)\b[^;:]*?\b(?:nur|ausschließlich|lediglich|höchstens|erst|allein)\b|\b(?:[Nn]ur|[Aa]usschließlich|[Ll]ediglich)\b[^,;:]*\b(?:darf|dürfen)\b",
        beats=["de.darf"],
        needs="darf dürfen",
    ),
    rule(
        "de.unzulaessig",
        PROHIBITION,
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
    ),
    rule("de.muss", OBLIGATION, MUSS, needs="muss müssen muß müsse müssten müsste"),
    rule(
        "de.verpflichtet",
        OBLIGATION,
        r"\b(?:verpflichtet|verpflichten|Verpflichtet|gehalten)\b(?: sich)?|\bhaftbar\b",
        needs="verpflichtet verpflichten gehalten haftbar",
    ),
    rule("de.hat_zu", OBLIGATION, rf"\b(?:hat|haben|Hat|Haben)\b[^,;:]*?{ZU}", needs="hat haben"),
    rule("de.hat_zu_weit", OBLIGATION, rf"\b(?:hat|haben)\b[^;:]*?{ZU}", needs="hat haben"),
    rule(
        "de.ist_zu",
        OBLIGATION,
        rf"{_BE}[^,;:]*?(?!\bzu (?:{_JUDGED}|beanstanden)\b){ZU}|^(?:\S+ ){{0,3}}{ZU} (?:ist|sind)\b|\bist dafür zu sorgen\b",
        beats=["de.ist_ein"],
        needs="ist sind sei seien bleibt bleiben wird werden wäre wären",
    ),
    rule(
        "de.ist_zu_weit",
        OBLIGATION,
        rf"{_BE}[^;:]*?(?!\bzu (?:{_JUDGED}|beanstanden)\b){ZU}",
        needs="ist sind sei seien bleibt bleiben wird werden wäre wären",
    ),
    rule(
        "de.erforderlich",
        OBLIGATION,
        rf"{_BE}[^,;]*\b(?:erforderlich|notwendig|zwingend|geboten|unerlässlich|vorgeschrieben|Pflicht|obligatorisch|unverzichtbar)\b|^Zwingend (?:ist|sind)\b"
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
        r"\b(?:ist|sind|bleibt|bleiben)\b[^,;]*\b(?:verantwortlich|rechenschaftspflichtig)\b",
        needs="verantwortlich rechenschaftspflichtig",
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
        rf"{_ENSURE}[^;]*\b(?:sicher|dafür|Maßnahmen|Vorkehrungen|Vorsorge)\b|\b(?:gewährleistet|gewährleisten)\b",
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
    rule("de.imperativ", OBLIGATION, r"^(?:Bitte|Stellen Sie|Verwenden Sie|Achten Sie|Prüfen Sie)\b"),
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
        r"^(?:[^,;]{0,40}\b)?(?:Das|Dieses|Jedes) (?:\w+e )?(?:System|Portal|Modul|Produkt|\w*[Ss]ystem|\w*[Ss]oftware)\b[^,;]*\b(?:ermöglicht|unterstützt|zeigt|prüft|erzeugt|speichert|protokolliert|verhindert|bietet|sendet|meldet)\b",
    ),
    rule(
        "de.wird_system",
        OBLIGATION,
        r"\b(?:Das System|Die Anwendung|Die Software|Der Auftragnehmer|Der Lieferant|Das Produkt)\b[^,;]* wird\b[^,;]*[a-zäöüß]+(?:en|ern|eln)\b",
        needs="wird",
    ),
    # recommendation
    rule("de.sollte", RECOMMENDATION, r"\b(?:sollte|sollten)\b", needs="sollte sollten"),
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
        rf"\b{_AUTHORITY}\b[^,;]*\b(?:hat|haben)\b[^;]*\b(?:das Recht|ein Recht|die Befugnis)\b",
        beats=["de.hat_recht"],
        needs="recht befugnis",
    ),
    # permission
    rule("de.kann", PERMISSION, r"\b(?:kann|können|könnte|könnten|Kann|Können)\b", needs="kann können könnte könnten"),
    rule("de.darf", PERMISSION, r"\b(?:[Dd]arf|[Dd]ürfen)\b", needs="darf dürfen"),
    rule(
        "de.berechtigt",
        PERMISSION,
        r"\b(?:berechtigt|befugt|ermächtigt|steh(?:t|en)\b[^,;]*\bfrei|bleibt (?:\w+ )?(?:überlassen|unbenommen|vorbehalten)|freigestellt|Befugnis)\b",
        beats=["de.ist_zu_weit", "de.hat_zu_weit", "de.verpflichtet"],
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
    rule("de.inkrafttreten", SCOPE, r"\b(?:tritt|treten)\b[^;]*\bin Kraft\b|\baußer Kraft\b", needs="kraft"),
    rule(
        "de.verordnung_subjekt",
        SCOPE,
        r"^(?:Diese|Die vorliegende|Dieses|Der|Die) (?:Verordnung|Richtlinie|Gesetz|Abschnitt|Kapitel|Absätze?|Artikel|Vorschriften?) [^,;]*\b(?:enthält|schützt|regelt|legt|gilt|dient|bezweckt)\b",
    ),
    # definition
    rule(
        "de.definition",
        DEFINITION,
        r"\b(?:Unter|unter)\b[^;]*\b(?:versteht|verstehen|verstanden)\b|\b(?:Der Begriff|Begriffsbestimmung\w*|bezeichnet|bezeichnen|im Sinne dieser|im Sinne dieses)\b[^;]*\b(?:ist|sind|bezeichne\w+|umfass\w+|verstehen|der Ausdruck)\b"
        r"|^[„\"»][^“\"«]+[“\"«](?: \w+)? (?:ist|sind|bezeichne\w+|bedeutet)\b",
        needs="unter begriff bezeichnet bezeichnen sinne ist sind bedeutet",
    ),
    rule(
        "de.ist_ein",
        DEFINITION,
        r"^(?:(?:Der|Die|Das|Ein|Eine) )?(?:[\w-]+ ){0,2}[A-ZÄÖÜ][\w-]+ (?:ist|sind) (?:ein|eine|einer|alle|der|die|das|jede|jeder|jedes)\b(?! Grundsatz)",
        needs="ist sind",
    ),
    rule(
        "de.gehoeren",
        DEFINITION,
        r"^(?:Dazu|Hierzu|Darunter|Zu)\b[^,;]*\b(?:gehör(?:t|en)|zähl(?:t|en)|fallen)\b|^[^,;]{0,80}\b(?:gehör(?:t|en)|zähl(?:t|en)) (?:zu|auch)\b|^[^,;]{0,80}\b(?:umfass(?:t|en)|besteht aus|bestehen aus)\b",
    ),
    rule(
        "de.beispiel",
        INFORMATION,
        r"^(?:(?:Zum )?Beispiele?\b|So kann\b|Siehe\b|Vgl\.|Zu[mr]? \w+ (?:vgl|siehe))",
    ),
    rule("de.beispiel_marke", INFORMATION, r"^(?:Beispiele?|Hinweise?|Anmerkung)(?: [\w.]+){0,4} ?:"),
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
    ),
    rule("de.judged", INFORMATION, rf"\bzu {_JUDGED}\b", needs="zu"),
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
        rf"\b{_AUTHORITY}\b[^,;]*\b(?:kann|können|darf|dürfen)\b|\b(?:kann|können|darf|dürfen)\b[^,;]{{0,40}}\b(?:die|der|das) {_AUTHORITY}\b",
        beats=["de.kann", "de.darf"],
        needs="kann können darf dürfen",
    ),
    rule(
        "de.behoerde",
        CUE,
        rf"^(?!{_OTHER_ACTOR})(?:[^,;]{{0,50}} )?(?:Die|die|Jede|jede|Eine|eine|Das|das) (?:\w+(?:e|en) )?{_AUTHORITY}\b"
        rf"|^(?!{_OTHER_ACTOR})(?:[^,;]{{0,50}} )?(?:Der|der|Ein|Jeder|jeder|ein) (?:\w+e )?{_AUTHORITY_MASCULINE}\b"
        rf"|\bdurch (?:die|das|den) {_AUTHORITY}\b",
    ),
    # cues
    rule("de.recht_auf", CUE, r"\bRecht\b", needs="recht"),
    rule(
        "de.akteur",
        CUE,
        r"\b(?:[DdJj]e[rn]|[Jj]eder|[Dd]ie|[Ee]in|[Ee]r|[Ss]ie) (?:Verantwortliche[nr]?|Auftragsverarbeiter|Steuerpflichtige\w*|Unternehmer|Unternehmen|Vermieter\w*|Mieter\w*|Auftragnehmer|Auftraggeber|Betreiber|Hersteller|Anbieter|Kaufmann|Arbeitgeber|Finanzunternehmen|Nutzer|Kunde|Vertreter|Datenschutzbeauftragte|Vertragspartei\w*|Schuldner|Gläubiger|öffentliche Stelle\w*)\b",
    ),
    rule(
        "de.passiv",
        CUE,
        r"\b(?:wird|werden)\b[^;]*\b(?:\w*ge\w+(?:t|en)|be\w+t|ver\w+t|er\w+t|\w+iert|über\w+t)\b",
        needs="wird werden",
    ),
    rule("de.erfolgt", CUE, r"\b(?:erfolgt|erfolgen)\b", needs="erfolgt erfolgen"),
    rule(
        "de.frist",
        CUE,
        r"\b(?:unverzüglich|binnen|innerhalb|spätestens|rechtzeitig|umgehend|sofort|zeitnah|täglich|jährlich|monatlich)\b",
        anywhere=True,
    ),
    rule(
        "de.grundsaetzlich",
        CUE,
        r"\b(?:grundsätzlich|in der Regel|regelmäßig|im Allgemeinen|soweit zumutbar|nach Möglichkeit)\b",
        anywhere=True,
    ),
    rule(
        "de.insbesondere",
        CUE,
        r"\b(?:insbesondere|mindestens|zumindest|wenigstens)\b",
        needs="insbesondere mindestens zumindest wenigstens",
    ),
    rule("de.folgende", CUE, r"\b[Ff]olgende[srnm]?\b|\bnachfolgend\w*|\bnachstehend\w*|\bwie folgt\b"),
    rule("de.verneint", CUE, r"\b(?:nicht|kein\w*|weder)\b"),
    rule("de.verweis", CUE, r"^(?:Dies|Das|Satz|Absatz|Absätze|Die Absätze|Das Gleiche|Gleiches|§)\b"),
    rule(
        "de.vereinbarung", CUE, r"\bVereinbarung\b|\bvereinbar(?:t|en)\b", needs="vereinbarung vereinbart vereinbaren"
    ),
    rule(
        "de.nachweisbar",
        CUE,
        r"\b(?:nachvollziehbar|nachprüfbar|lesbar|vollständig|lückenlos|unveränderbar|geordnet|wirksam|verhältnismäßig|angemessen\w*|geeignet\w*)\b",
    ),
    rule(
        "de.ueblich",
        CUE,
        r"\b(?:häufig|zunehmend|vielfach|meist|oft|üblicherweise)\b",
        needs="häufig zunehmend vielfach meist oft üblicherweise",
    ),
    rule("de.pronomen", CUE, r"^(?:Er|Sie|Es)\b"),
    rule(
        "de.mitteilen",
        CUE,
        r"\b(?:teilt|unterrichtet|informiert|benachrichtigt|meldet|dokumentiert|führt|führen|erteilt|benennt|benennen|übermittelt|unterstützt|veröffentlicht|überwacht|legt|legen|stellt|stellen|arbeitet|arbeiten|setzt|unternimmt|unternehmen|erstellt|erstellen|prüft|prüfen|bewertet|enthält|enthalten|sieht|sehen|nimmt|nehmen)\b",
    ),
)
