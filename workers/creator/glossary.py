# ruff: noqa: E501  (a pattern is read on one line)
"""Words of the field: who acts, which laws belong to which regime, and what bookkeeping and privacy speak of."""

from __future__ import annotations

import re

_DE_MASCULINE = (
    r"(?:\w*[Ss]teuerpflichtiger?|\w*[Vv]erantwortlicher?|\w*[Vv]erarbeiter|\w*[Uu]nternehmer|\w*[Mm]ieter|Vermieter|Kaufmann|\w*[Bb]etreiber|\w*[Hh]ersteller"
    r"|\w*[Aa]nbieter|\w*[Nn]ehmer|\w*[Gg]eber|\w*[Nn]utzer|\w*[Kk]unde|\w*[Bb]eauftragter?|\w*[Ll]eiter|\w*[Ff]ührer|\w*[Dd]ienstleister|\w*[Ii]nhaber"
    r"|\w*[Pp]rüfer|\w*[Bb]erater|\w*[Ll]ieferant|Vertreter|Schuldner|Gläubiger|Importeur|Händler|Emittent|Einführer|Fahrer|Disponent|Administrator|Mitarbeiter"
    r"|Betroffener?|Antragsteller|Bieter|Ausschuss|Vorstand|Geschäftsführer|Bund|Mitgliedstaat|Sachbearbeiter|Verkäufer|Käufer|Halter|Empfänger|Arbeitgeber)"
)
_DE_NEUTER = r"(?:\w*[Uu]nternehmen|\w*[Ss]ystem|\w*[Pp]ortal|Finanzamt|Bundesamt|Modul|\w*[Ii]nstitut|Leitungsorgan|Kreditinstitut)"
_DE_OTHER = (
    r"(?:Kommission|\w*[Bb]ehörden?|Mitgliedstaaten|Finanzverwaltung|Geschäftsführung|Geschäftsleitung|Gesellschaft|\w*[Aa]nwendung|\w*[Ss]oftware"
    r"|Vertrags(?:parteien|partner)|Parteien|\w*[Aa]bteilung|\w*[Nn]utzer|Mitarbeiter|Beschäftigten|\w*[Ss]telle|\w*[Ss]tellen|\w*[Pp]erson|Bundesregierung"
    r"|Verantwortlichen|Steuerpflichtigen|\w*unternehmen|Hersteller|Anbieter|Betreiber|Mieter|Kunden|Station(?:en)?|Disposition|Buchhaltung|\w*[Ll]eitung|Landesregierungen?)"
)
_ADJECTIVE = r"(?:[a-zäöüß-]+(?:e|er|es|en) ){0,2}"
_PREPOSITIONS = ("für", "an", "auf", "gegen", "über", "um", "in", "ohne", "durch", "bei", "von", "mit", "zu", "nach")
_NOT_OBJECT = "".join(rf"(?<!\b{word} )(?<!\b{word.capitalize()} )" for word in _PREPOSITIONS)
DE_SUBJECT = re.compile(
    rf"{_NOT_OBJECT}\b(?:[Dd]er|[Jj]eder|[Ee]in|[Kk]ein) {_ADJECTIVE}(?P<m>{_DE_MASCULINE})\b"
    rf"|{_NOT_OBJECT}\b(?:[Dd]as|[Jj]edes|[Ee]in|[Kk]ein) {_ADJECTIVE}(?P<n>{_DE_NEUTER})\b"
    rf"|{_NOT_OBJECT}\b(?:[Dd]ie|[Jj]ede|[Ee]ine|[Kk]eine|[Aa]lle) {_ADJECTIVE}(?P<o>{_DE_OTHER})\b"
)
DE_AGENT = re.compile(
    rf"\b(?:durch den|vom|von dem|obliegt(?: es)? dem|seitens des) {_ADJECTIVE}(?P<m>{_DE_MASCULINE}(?:n|en|s)?)\b"
    rf"|\b(?:durch das|vom|von dem|obliegt(?: es)? dem) {_ADJECTIVE}(?P<n>{_DE_NEUTER})\b"
    rf"|\b(?:durch die|von der|von den|obliegt(?: es)? der) {_ADJECTIVE}(?P<o>{_DE_OTHER})\b"
)

_EN_ACTORS = (
    r"(?:controllers?|processors?|(?:service )?providers?|operators?|manufacturers?|importers?|distributors?|undertakings?|institutions?|(?:financial )?entit(?:y|ies)"
    r"|sponsors?|suppliers?|employers?|employees?|staff|representatives?|managers?|customers?|users?|administrators?|tenants?|landlords?|lessors?|lessees?|renters?|drivers?"
    r"|contractors?|clients?|parties|party|compan(?:y|ies)|persons?|officers?|authorit(?:y|ies)|commission|member states?|council|board|committee|courts?"
    r"|systems?|applications?|software|platforms?|portals?|websites?|modules?|services?|products?|interfaces?|servers?|databases?|branch(?:es)?|stations?|agents?"
    r"|holders?|owners?|bod(?:y|ies)|recipients?|organisations?|organizations?|developers?|teams?|department|clerks?|auditors?|licensees?|licensors?|subcontractors?|overseer)"
)
_EN_WORD = (
    r"(?!(?:to|of|by|and|or|for|in|with|from|on|at|that|which|who|requiring|such|as|the|where|if|when)\b)[\w'’-]+ "
)
_EN_NOUN = (
    rf"(?:(?:^|[,;:] |\band )(?:{_EN_WORD}){{0,2}}|\b(?:the|each|every|any|all|an?|no|both) (?:{_EN_WORD}){{0,2}})"
)
_EN_OF = r"[^,.;:]{0,40}?(?:,[^,.;:]{1,40},)?"
EN_SUBJECT = re.compile(
    rf"{_EN_NOUN}(?P<m>{_EN_ACTORS})\b(?={_EN_OF} (?:shall|must|should|will|has to|have to|needs? to|undertakes?|agrees?|cannot|may (?:not|only))\b)"
    rf"|{_EN_NOUN}(?P<n>{_EN_ACTORS}) (?:is|are) (?:\w+ )?(?:required|obliged|responsible|liable|prohibited|not allowed)",
    re.IGNORECASE,
)
EN_AGENT = re.compile(
    rf"\bby (?:the |each |any |an? |its |their )(?:{_EN_WORD}){{0,2}}?(?P<m>{_EN_ACTORS})\b", re.IGNORECASE
)
EN_DETERMINERS = re.compile(
    r"^[,;:\s]*(?:(?:the|each|every|any|all|an?|no|both|such|this|and|or|by|its|their) )*", re.IGNORECASE
)

GOBD_IDENTITY = re.compile(
    r"\bGoBD\b|Grundsätze zur ordnungsmäßigen Führung und Aufbewahrung von Büchern|Abgabenordnung|Kassensicherungsverordnung|KassenSichV",
    re.IGNORECASE,
)
GOBD_NORM = re.compile(
    r"§§? ?(?:14[0-8]a?)\b[^;]{0,40}\bAO\b|§§? ?(?:23[89]|24\d|25[0-9]|26[01])\b[^;]{0,40}\bHGB\b|\bGoBD?\b|\bKassenSichV\b|\bDSFinV-K\b"
)
GOBD_TERM = re.compile(
    r"\b(?:\w*[Bb]uchführung\w*|\w*[Bb]uchung(?:en|s\w*)?|Verbuchung|\w*[Bb]eleg(?:e|s|en)?|\w*[Aa]ufzeichnungspflicht\w*|Geschäftsvorf[aä]ll\w*|Verfahrensdokumentation\w*"
    r"|Kassen(?:buch|führung|system)\w*|Handelsbriefe?n?|Geschäftsbriefe?n?|steuerlich\w*|Betriebsprüfung|Datenzugriff|Z[123]-Zugriff|Finanzamt|\w*[Aa]ufbewahrungs(?:frist|pflicht)\w*"
    r"|bookkeeping|accounting records?|tax audit\w*|ledgers?|vouchers?|retention periods?|tax authorit\w+)\b"
)
GDPR_IDENTITY = re.compile(
    r"Datenschutz-Grundverordnung|General Data Protection Regulation|\(EU\) 2016/679|Bundesdatenschutzgesetz|\bBDSG\b|\bDS-?GVO\b|\bGDPR\b",
    re.IGNORECASE,
)
GDPR_NORM = re.compile(r"\bDS-?GVO\b|\bGDPR\b|\bBDSG\b|2016/679")
GDPR_TERM = re.compile(
    r"\b(?:personenbezogen\w*|betroffenen? Person(?:en)?|Datenschutz\w*|Auftragsverarbeit\w*|Einwilligung\w*|personal data|data subjects?|data protection|privacy|consents?"
    r"|lawful basis|erasure|controller|processors?|pseudonymi[sz]\w+|Verarbeitungsverzeichnis|Betroffenenrechte?)\b",
    re.IGNORECASE,
)
NORM = re.compile(
    r"(?:§§? ?\d+[a-z]?(?: (?:Absatz|Absätze|Abs\.|Satz|Nr\.|Nummer|Buchstabe|und|bis|ff?\.|S\.|\d+[a-z]?\b|,))*(?: (?:AO|HGB|BGB|UStG|EStG|BDSG|GmbHG|AktG|StGB|KWG|TTDSG|SGB|UStDV|GewO|VVG|StVG|StVO|ZPO))?)"
    r"|(?:Art(?:\.|ikels?|icles?) \d+[a-z]?(?:\(\d+\))?(?:\([a-z]\))?(?: (?:Abs\.|Absatz) \d+)?(?: (?:DS-?GVO|GDPR))?)"
    r"|(?:(?:Regulation|Directive|Verordnung|Richtlinie) \((?:EU|EC|EG|EWG)\) (?:No |Nr\. )?\d+/\d+)|(?:\bISO(?:/IEC)? \d+(?:-\d+)?)"
)
SEE = re.compile(
    r"(?:vgl\.|siehe(?: auch| unter)?|see(?: also)?|cf\.)\s+((?:Rzn?\.?|Abschnitt|unter|section|Art\.|§)?\s*\d[\d., a-z()]*\d|\S*\d[\d.]*)",
    re.IGNORECASE,
)

DE_STRONG = re.compile(
    r"\b(?:zwingend|unbedingt|in jedem Fall|jederzeit|unverzüglich|ausnahmslos|sofort|ausschließlich|stets)\b",
    re.IGNORECASE,
)
EN_STRONG = re.compile(
    r"\b(?:in any event|at all times|without (?:undue )?delay|immediately|under no circumstances|always|in all cases|critical|mandatory)\b",
    re.IGNORECASE,
)
DE_WEAK = re.compile(
    r"\b(?:grundsätzlich|in der Regel|regelmäßig|nach Möglichkeit|soweit möglich|soweit zumutbar|möglichst|im Allgemeinen|angemessen)\b",
    re.IGNORECASE,
)
EN_WEAK = re.compile(
    r"\b(?:where (?:feasible|possible|appropriate|practicable)|as far as possible|in principle|generally|normally|usually|if possible|reasonable)\b",
    re.IGNORECASE,
)
