# ruff: noqa: E501  (a pattern is read on one line)
"""German rules of the validator. Statements are matched as written: nouns keep their capitals."""

from __future__ import annotations

import re

from workers.creator.rules.german import SYSTEM_VERB
from workers.creator.rules.german_others import VERMUTUNG
from workers.creator.rules.german_words import UNDERGONE
from workers.validator.indicatives import indicative_duties
from workers.validator.rules import BINDING_REGISTERS, UNKNOWN, Kind, LanguageRules, rules, within

_PREFIX = (
    r"(?:ab|an|auf|aus|bei|bereit|dar|durch|ein|entgegen|fern|fest|fort|frei|geheim|gegenüber|her|heraus|herbei|hin|hinter|instand"
    r"|kenntlich|klar|mit|nach|nieder|offen|richtig|sicher|statt|teil|über|um|unter|vor|vorbei|voraus|wahr|weg|weiter|wieder"
    r"|zurück|zusammen|zu|auseinander|gut|still|fertig|heran|hinzu|dagegen|aufrecht|herab|hinaus|herauf|hervor|hinweg|überein|empor|gleich|los|nahe|preis|rück|stand|bloß|zurecht|vorweg|dicht)"
)
_TO_DO = (
    rf"(?:\b{_PREFIX}zu[a-zäöüß]{{3,}}n\b"
    r"|\b[Zz]u [a-zäöüß]{3,}n(?=\s*(?:[.,;:!)“\"–-]|$|\s\s|und\b|oder\b|sowie\b|bzw\b|ist\b|sind\b|hat\b|haben\b|in\b|durch\b"
    r"|nach\b|bis\b|für\b|an\b|auf\b|von\b|mit\b|wie\b|bei\b|aus\b|über\b|vor\b|unter\b|zu\b|ohne\b|gegen\b)))"
)
_ATTRIBUTE = r"(?!\s+(?:mehr\s+)?[a-zäöüß]+(?:e|en|er|es|em)\s+[A-ZÄÖÜ])(?!\s+(?:nur|erst|später|länger|älter|lediglich|zuletzt|allein)\b)"
_NEED = r"(?:erforderlich|notwendig|nötig|zwingend|geboten|vorgeschrieben|verpflichtet|gehalten|obligatorisch|verpflichtend|Pflicht|Voraussetzung)"

_EXACTING = (
    "nur|ausschließlich|mindestens|spätestens|höchstens|unverzüglich|umgehend|täglich|wöchentlich|monatlich|vierteljährlich|quartalsweise"
    "|halbjährlich|jährlich|stündlich|schriftlich|getrennt"
)

_FIRST = (
    *rules(
        "de",
        Kind.EXAMPLE,
        [
            (
                "lead",
                r"^\W*(?:Beispiele?\b(?!haft)|Zum Beispiel\b|Beispielsweise\b|z\. ?B\.|Bsp\.|Beispielhaft\b|Musterfall\b)",
            )
        ],
    ),
    *rules(
        "de",
        Kind.DEFINITION,
        [
            (
                "im_sinne",
                r"^\W*(?:Im Sinne (?:diese[rs]|der|des)\s+(?:\w+\s+){0,2}?(?:Richtlinie|Verordnung|Gesetzes|Vertrags|Vertrages|Vereinbarung|Abschnitts|Kapitels|Dokuments|Anweisung|Artikels|Paragra\w+|Bestimmung\w*|Vorschrift|Norm)\b|Für die Zwecke (?:dies|der|des)\b).{0,160}?\b(?:ist|sind|bezeichnet|bezeichnen|gilt|gelten|bedeutet|versteht|umfasst)\b",
            ),
            (
                "wird_verstanden",
                r"\b(?:[Uu]nter|[Aa]ls)\b.{1,120}\b(?:wird|werden|ist|sind|versteht)\b.{0,400}\b(?:verstanden|zu verstehen|man|bezeichnet)\b",
            ),
            (
                "term_colon",
                r"^\W*[„\"»][^“”\"«]{2,60}[“”\"«]\s*(?::|ist\b|sind\b|bezeichnet\b|bezeichnen\b|meint\b|bedeutet\b|steht für\b|umfasst\b)",
            ),
            ("als_gilt", r"^\W*Als\s+(?:\w+\s+){0,3}?\w+\s+(?:gilt|gelten)\b"),
            (
                "bezeichnet",
                r"\b(?:bezeichnet|bezeichnen)\b (?:der (?:Ausdruck|Begriff)|den|die|das|jede|einen|eine|ein|alle|im Folgenden|nachfolgend|in diesem)\b",
            ),
            ("im_folgenden", r"\b(?:im Folgenden|nachfolgend|im Weiteren)\b.{0,40}\bgenannt\b\W*$"),
        ],
    ),
    *rules(
        "de",
        Kind.INFORMATION,
        [
            ("question", r"\?\s*$"),
            (
                "offen",
                r"^\W*(?:Ob|Wie|Wann|Wo|Welche[rsmn]?)\b[^;]*,\s*(?:entscheidet|entscheiden|zeigt|zeigen|beschreibt|regelt|ergibt|erläutert|bestimmt|steht)\b|^\W*(?:Ob|Wie|Wann|Wo|Welche[rsmn]?)\b.*\b(?:offen|unklar|geklärt|entschieden)\W*$",
            ),
        ],
    ),
)

_MASKS = (
    *rules(
        "de",
        Kind.RELIEF,
        [
            (
                "muss_nicht",
                rf"\b(?:muss|müssen|MUSS|MÜSSEN)\b(?:(?!\b(?:und|oder|darf|dürfen|sondern)\b|[,;:.]).)*?\b(?:nicht{_ATTRIBUTE}\b|kein(?:e|en|er|em|es)?\b)",
            ),
            ("braucht_nicht", r"\b(?:brauch(?:t|en)|benötig(?:t|en))\b[^;:.]*?\b(?:nicht|kein\w*)\b"),
            (
                "nicht_noetig",
                rf"\b(?:nicht|weder)\b(?:\s+\w+){{0,2}}?\s+(?<!als )(?:(?:verpflichtet|gehalten),[^,.;]*?(?:\bzu [a-zäöüß]+n|\b[a-zäöüß]+zu[a-zäöüß]{{3,}}n)\b|{_NEED}\b)",
            ),
            (
                "kein_muss",
                rf"\bkein(?:e|er|en|em|es)?\b(?:(?!\b(?:muss|müssen|darf|dürfen)\b)[^;:.])*?\b(?:{_NEED}|Pflichten?|Verpflichtung(?:en)?|Bedarf|Notwendigkeit|pflichtig)\b",
            ),
            ("nicht_pflichtig", r"\b[Nn]icht\s+\w*pflichtig\b"),
            (
                "nicht_zu_beanstanden",
                r"\b(?:nicht zu beanstanden|nicht beanstandet|keine Beanstandung|unbedenklich|unschädlich|entbehrlich)\b",
            ),
            (
                "bedarf_nicht",
                r"\b(?:bedarf|bedürfen|erfordert|erfordern|verlangt|verlangen)\b[^;:.,]*?\b(?:nicht|kein(?:er|e|es|en)?)\b",
            ),
            (
                "entfaellt",
                r"\b(?:entfällt|entfallen|verzichtet werden|verzichten|unterbleiben kann|absehen|abgesehen werden)\b",
            ),
            ("genuegt", r"\b(?:genügt es|ausreichend|reicht (?:es )?aus|reichen aus)\b"),
            ("nicht_zumutbar", r"\bnicht zumutbar\b"),
            ("befreit", r"\b(?:ist|sind|wird|werden)\b[^;:.]{0,120}?\b(?:befreit|ausgenommen|freigestellt)\b"),
            ("nicht_soll", r"\bohne dazu verpflichtet zu sein\b"),
        ],
    ),
    *rules(
        "de",
        Kind.SCOPE,
        [
            (
                "nicht_anzuwenden",
                r"\b(?:(?:ist|sind)\b[^;:.]*?\b(?:(?:nicht|entsprechend|sinngemäß|nicht mehr) )anzuwenden|anwendbar)\b",
            ),
        ],
    ),
    *rules(
        "de",
        Kind.INFORMATION,
        [
            (
                "zu_verstehen",
                r"\bzu (?:verstehen|sehen|betrachten|erwarten|rechnen|finden|entnehmen|erkennen|nennen|unterscheiden|denken|hoffen|sein|haben|können|werden)\b",
            ),
            ("soweit_noetig", r"\b(?:soweit|sofern|falls|wenn|wo) (?:erforderlich|notwendig|nötig|geboten)\b"),
            ("kommt_nicht_an", r"\bkommt es\b[^;:.]*\bnicht\b[^;:.]*\ban\b"),
            ("damals_sollte", r"\b(?:wurde|wurden|war|waren|damals|früher|ursprünglich)\b[^;]*\bsollten?\b"),
            ("vermutung", VERMUTUNG.pattern),
            ("zu_befuerchten", rf"\b(?:hat|haben)\b[^;:.]*?\bzu {UNDERGONE}"),
            ("muss_rechnen", r"\b(?:muss|müssen) [^;.]*\brechnen\b"),
            ("hat_zu_tun", r"\b(?:hat|haben)\b[^;:.]*\bzu tun\b"),
            ("zweck_ist_es", r"\b(?:Zweck|Ziel|Aufgabe|Sinn|Absicht)\b[^;:.]*\bist es\b.*"),
        ],
    ),
    *rules(
        "de",
        Kind.PERMISSION,
        [
            ("in_der_lage", r"(?<!nicht )\b(?:in der Lage|berechtigt|befugt|bereit|ermächtigt|frei)\s*,.*"),
            ("nicht_gehindert", r"\b(?:steht|stehen) (?:es )?[^;:.]{0,60}\bfrei\b.*"),
            (
                "moeglichkeit",
                r"\b(?:hat|haben|besteht|bestehen)\s+(?:\w+\s+){0,4}?(?:die|eine|keine)\s+(?:Möglichkeit|Gelegenheit|Wahl)\b.*",
            ),
        ],
    ),
)

_DUTIES = (
    *rules(
        "de",
        None,
        [
            ("muss", r"\b(?:muss|müssen|Müssen|MUSS|MÜSSEN)\b"),
            ("soll", r"\b(?:soll|sollen|sollte|sollten|SOLL|SOLLEN|SOLLTE|SOLLTEN)\b(?!-)"),
            (
                "darf_nicht",
                r"\b(?:darf|dürfen|DARF|DÜRFEN)\b[^;]*?\b(?:nicht|NICHT|nur|NUR|kein\w*|niemals|weder|niemand|ausschließlich|erst|keinesfalls|nie|höchstens|lediglich|nirgends|maximal)\b",
            ),
            (
                "keiner_darf",
                r"\b(?:[Kk]ein\w*|[Nn]iemand|[Nn]ur|[Ww]eder|[Aa]usschließlich|[Ee]rst|[Ll]ediglich)\b[^;.]*?\b(?:darf|dürfen)\b",
            ),
            ("ist_zu", rf"\b(?:ist|sind|hat|haben|habe|bleibt|bleiben|Ist|Sind)\b.*?{_TO_DO}"),
            ("zu_ist", rf"{_TO_DO}\s+(?:ist|sind|hat|haben|bleibt|bleiben)\b"),
            (
                "pflicht",
                r"\b(?:verpflichtet|verpflichten|obliegt|obliegen|verpflichtend|Pflicht ist|ist Pflicht)\b|\b(?:ist|sind)\b[^;.]*\bPflicht\W*$",
            ),
            (
                "hat_pflicht",
                r"\b(?:besteht|bestehen|hat|haben|trifft|trägt|tragen|unterliegt|unterliegen)\b[^;.]*\b(?:\w+pflicht(?:en)?|Pflicht(?:en)?|Verpflichtung(?:en)?)\b",
            ),
            (
                "gilt_pflicht",
                r"\b(?:gilt|gelten) (?:die|eine|folgende) (?:\w+e[n]? )?\w*[Pp]flicht(?:en)?\b(?![^;.]*\bnicht\b)",
            ),
            ("pflichtig", r"\b\w{4,}pflichtig\b"),
            (
                "erfordert",
                r"\b(?:erfordert|erfordern|verlangt|bedarf|bedürfen|gebietet|fordert|setzt\b[^;.]*\bvoraus|setzen\b[^;.]*\bvoraus)\b",
            ),
            (
                "erforderlich",
                r"\b(?i:erforderlich|notwendig|unerlässlich|geboten|vorgeschrieben|obligatorisch|unabdingbar|zwingend|unverzichtbar)\b(?!\s+(?:\w+e[nrsm]?\s+)?[A-ZÄÖÜ]\w+\W*$)",
            ),
            (
                "verboten",
                r"\b(?:verboten|untersagt|unzulässig|unstatthaft|Unzulässig|Verboten|Untersagt|nicht (?:\w+ )?(?:zulässig|zugelassen|erlaubt|gestattet|statthaft|berechtigt|befugt))\b",
            ),
            (
                "nur_zulaessig",
                r"\b(?:nur|kein\w*|Kein\w*|Nur|ausschließlich)\b[^;.]*\b(?:zulässig|zugelassen|erlaubt|gestattet|rechtmäßig)\b|\b(?:Zulässig|Erlaubt|Gestattet) (?:ist|sind) (?:nur|ausschließlich)\b",
            ),
            ("verantwortlich", r"\b(?:ist|sind)\b[^;.]*\bverantwortlich\b"),
            (
                "nur_dann",
                r"\bnur (?:dann(?! nicht)|erfüllt|zulässig|rechtmäßig|wirksam|gültig|gewahrt|gegeben|ordnungsgemäß|ordnungsmäßig)\b",
            ),
            (
                "stellt_sicher",
                r"\b(?:stellt|stellen)\b[^;.]*\bsicher\b|\b(?:sorgt|sorgen)\b[^;.]*\b(?:dafür|für)\b|\b(?:trägt|tragen)\b[^;.]*\b(?:Sorge|dafür)\b",
            ),
            ("zu_unterlassen", r"\b(?:unterlässt|unterlassen|hat zu unterbleiben)\b"),
            ("story", r"\b(?:möchte|will) ich\b"),
            ("empfohlen", r"\b(?:empfohlen|empfiehlt|empfehlen)\b"),
            (
                "enthaelt_mindestens",
                r"\b(?:enthält|enthalten|trägt|tragen|umfasst|umfassen|nennt|nennen)\b[^;.]*\b(?:mindestens|zumindest|folgenden Angaben|vorgeschriebenen?)\b",
            ),
            ("nur_passiv", rf"\b(?:wird|werden|erfolgt|erfolgen)\b[^;.]*\b(?:{_EXACTING})\b"),
            (
                "jeder_passiv",
                r"^\W*(?:[Jj]ede[rsnm]?|Alle|Sämtliche)\b[^;.]*\b(?:wird|werden)\b[^;.]*\b\w+(?:t|en)\W*$",
            ),
            ("verbindlich", r"\b(?:ist|sind)\b[^;.]*\b(?:verbindlich|einzuhalten)\b"),
        ],
    ),
    *within(
        BINDING_REGISTERS,
        rules(
            "de",
            None,
            [
                ("recht_auf", r"\b(?:hat|haben)\b[^;.]*\b(?:das )?Recht\b"),
                ("haftet", r"\b(?:haftet|haften|trägt|tragen|ersetzt|ersetzen)\b"),
                ("kann_nicht", r"\b(?:kann|können)\b[^;]*?\b(?:nicht|nur|kein\w*)\b"),
            ],
        ),
    ),
    *within(
        frozenset({"specification", "user_stories", "criteria", UNKNOWN}),
        rules("de", None, [("system", SYSTEM_VERB.pattern)]),
    ),
    *within(frozenset({"policy", "specification"}), rules("de", None, [("haftet_auch", r"\b(?:haftet|haften)\b")])),
    *within(frozenset({"contract"}), rules("de", None, [("betraegt", r"\b(?:beträgt|betragen)\b")])),
)

_ACTORS = re.compile(
    r"\b(?:Verantwortliche[nr]?|Auftragsverarbeiter[ns]?|Auftragnehmer(?:in)?|Auftraggeber(?:in)?|Mieter(?:in)?|Vermieter(?:in)?|Pächter"
    r"|Verpächter|Käufer|Verkäufer|Anbieter|Betreiber|Lieferant(?:en)?|Dienstleister|Arbeitgeber|Arbeitnehmer|Hersteller|Händler"
    r"|Mitgliedstaat(?:en)?|Kommission|Aufsichtsbehörden?|Ausschuss|Finanzunternehmen|Vertragsparteien|Vertragspartner|Geschäftsführung"
    r"|Zertifizierungsstellen?|Bundesregierung|Leasing(?:geber|nehmer)|Darlehensnehmer|Darlehensgeber|Gläubiger|Schuldner|Versicherer"
    r"|Versicherungsnehmer|Vorstand|Werkstatt|Bereich|Abteilung|Buchhaltung|Personal|Kundendienst|\w*[Ll]eitung|\w*[Bb]eauftragte[rn]?"
    r"|\w*[Rr]evision|\w*[Mm]itarbeiter(?:in|innen|n)?|\w*abteilung|\w*verantwortliche[rn]?|\w*inhaber(?:in)?|\w*leiter(?:in)?)\b"
)
"""Bound by a plain indicative in every kind of text but a specification: parties, bodies and offices."""

_LAST = (
    *rules(
        "de",
        Kind.AUTHORITY_RIGHT,
        [
            (
                "behoerde_kann",
                r"\b(?:[Ff]inanz(?:verwaltung|behörde|amt)|[Aa]ufsichtsbehörden?|[Bb]ehörden?|Kommission|Mitgliedstaaten|Ministerium|Prüfer)\b.*\b(?:kann|können|darf|dürfen|befugt|berechtigt)\b|\b(?:kann|können|darf|dürfen)\b.*\b(?:Finanz(?:verwaltung|behörde|amt)|Aufsichtsbehörden?|Behörden?|Kommission|Mitgliedstaaten|Ministerium)\b",
            )
        ],
    ),
    *rules(
        "de",
        Kind.PERMISSION,
        [
            ("kann", r"\b(?:kann|können|darf|dürfen|Kann|Können|Darf|Dürfen|KANN|DARF|könnte|könnten)\b"),
            (
                "zulaessig",
                r"\b(?:zulässig|gestattet|erlaubt|berechtigt|befugt|möglich|freiwillig|optional|freigestellt|Recht)\b",
            ),
        ],
    ),
    *rules(
        "de",
        Kind.SCOPE,
        [
            (
                "gilt_fuer",
                r"\b(?:gilt|gelten|findet|finden|erstreckt|betrifft|betreffen|Anwendung|Geltungsbereich|regelt|regeln)\b",
            )
        ],
    ),
    *rules(
        "de",
        Kind.DEFINITION,
        [
            (
                "ist_ein",
                r"^\W*(?:\w+\s+){1,6}?(?:ist|sind)\s+(?:jede[rs]?|alle|ein|eine|der|die|das|solche)\b|\b(?:umfasst|umfassen|versteht|bedeutet|heißt|gilt als|gelten als|zählen|gehören)\b",
            )
        ],
    ),
)

GERMAN = LanguageRules(
    first=_FIRST, masks=_MASKS, duties=_DUTIES, actors=_ACTORS, last=_LAST, indicatives=indicative_duties("de")
)
