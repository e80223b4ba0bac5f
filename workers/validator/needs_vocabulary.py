# ruff: noqa: E501  (a pattern is read on one line)
"""The words by which a statement ties attributes to an object, in German and English."""

from __future__ import annotations

import re

STORE = {
    "de": r"(?:(?:auf|aus|an|fest|vor|bereit|ab)?ge(?:speicher|führ|pfleg|nann|zeig|geb|zeichn|wies|frag|halt|stell)|erfass|speicher|aufzeichn|aufzuzeichn|angeb|anzugeb|anzeig|anzuzeig|ausweis|auszuweis|enthalt|enthält|festhalt|festzuhalt|hinterleg|führ|trag|aufführ|aufzuführ|vermerk|abfrag|abzufrag|nenn|umfass|aufweis|bereitstell|bereitzustell|erheb|verwalt|vorhalt|vorzuhalt|pfleg)\w*",
    "en": r"(?:store|record|capture|display|show|contain|include|hold|keep|list|state|carry|maintain|save|give|indicate|specify|comprise|collect|register|print|bear)\w*",
}
CONTAIN = {
    "de": r"(?:enthält|enthalten|umfasst|umfassen|nennt|nennen|trägt|tragen|ausweisen|aufweisen|angeben|aufführen|zeigt|zeigen|führt|geführt|erfasst|gespeichert|ausgewiesen)",
    "en": r"(?:contain|include|show|state|list|carry|comprise|specify|indicate|give|hold|bear|display|have|record|store)s?",
}
OWNER_AFTER = {
    "de": r"\s+(?:des|der|dieses|dieser|eines|einer|jedes|jeder|aller|vom|von|zu jedem|zu jeder|zum|zur|pro|je|für jeden|für jede|für jedes)\s+(?:[a-zäöüß]+e[nrs]\s+)?$",
    "en": r"\s+(?:of|for|on|per)\s+(?:(?:the|each|every|all|any|an?|its|their|this|that)\s+)?(?:[a-z-]+\s+)?$",
}
COUNTED = re.compile(r"^\s+(?:of|von|der)\s+(?!(?:the|each|every|all|any|an?|its|their|this|that)\s)(?:[a-z-]+\s+)?$")
EACH = {
    "de": r"\b(?:(?:[Ff]ür|[Zz]u|[Bb]ei)\s+(?:jede[nrms]?|alle[nr]?|eine[nrm])|[Zz]um|[Zz]ur|[Bb]eim)\s+(?:[a-zäöüß]+e[nrs]\s+)?$|\b(?:[Jj]e|[Pp]ro)\s+$",
    "en": r"\b(?:for|with|on)\s+(?:each|every|all|any)\s+(?:[a-z-]+\s+)?$|\bper\s+$",
}
GENITIVE = re.compile(r"\s+(?:des|der|dieses|dieser|eines|einer|jedes|jeder)\s+")
"""Between a German noun and whose it is."""
LIST_AFTER = {
    "de": r"\s*,?\s*(?:einschließlich|inklusive|samt|nebst|bestehend aus|nämlich|mindestens mit)\s+",
    "en": r"\s*,?\s*(?:including|consisting of|comprising|together with|containing|namely)\s+",
}
MODAL = {
    "de": r"\b(?:muss|müssen|soll|sollen|sollte|ist|sind|hat|haben|MUSS)\b",
    "en": r"\b(?:shall|must|should|will|has to|have to|needs to)\b",
}
SEPARATOR = re.compile(
    r"\s*(?:,|;|:|\bund\b|\boder\b|\bsowie\b|\band\b|\bor\b|\bas well as\b|/)\s*(?:\b(?:und|oder|sowie|and|or)\b\s*)?"
)
CLAUSE_START = re.compile(r"[.;:]\s|\b(?:dass|that)\b")
PLAIN_PIECE = re.compile(r"\s*(?:(?!to\b|of\b|in\b|on\b|zu\b|in\b|von\b|mit\b)[a-zäöüß-]+\s+){0,3}")
COUNTS = frozenset(
    {"number", "amount", "set", "type", "kind", "part", "range", "group", "loss", "use", "anzahl", "zahl"}
)
"""Of plain plurals these count or sort the objects ("the number of clients"); "the number of the invoice" is an attribute."""
NOT_AN_ATTRIBUTE = frozenset(
    {
        "data",
        "daten",
        "angaben",
        "angabe",
        "information",
        "informationen",
        "details",
        "detail",
        "system",
        "plattform",
        "platform",
        "anwendung",
        "application",
        "nutzer",
        "user",
        "benutzer",
        "software",
        "loesung",
        "solution",
        "inhalt",
        "inhalte",
        "unternehmen",
        "company",
        "vermieter",
        "mieter",
        "verzeichnis",
        "liste",
        "list",
        "form",
        "fall",
        "case",
        "zweck",
        "purpose",
        "grundlage",
        "basis",
        "vertrag",
        "staff",
        "branch",
    }
)
ENDS_NOUN_GROUP = frozenset(
    {
        "that",
        "which",
        "who",
        "when",
        "if",
        "at",
        "in",
        "for",
        "from",
        "to",
        "by",
        "with",
        "on",
        "until",
        "before",
        "after",
        "unless",
        "during",
        "as",
        "than",
        "within",
        "including",
        "is",
        "are",
        "be",
        "and",
        "store",
        "record",
        "change",
        "show",
    }
)
PART_OF_NAME = frozenset(
    {
        "of",
        "first",
        "last",
        "given",
        "family",
        "total",
        "full",
        "postal",
        "net",
        "gross",
        "due",
        "legal",
    }
)
