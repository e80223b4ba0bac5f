# ruff: noqa: E501  (a pattern is read on one line)
"""German signs that decide nothing alone."""

from __future__ import annotations

from .kinds import CUE
from .rule import Rule, rule

RULES: tuple[Rule, ...] = (
    # cues
    rule("de.recht_auf", CUE, r"\bRecht\b", needs="recht"),
    rule(
        "de.akteur",
        CUE,
        r"\b(?:[DdJj]e[rn]|[Jj]eder|[Dd]ie|[Ee]in|[Ee]r|[Ss]ie) (?:Verantwortliche[nr]?|Auftragsverarbeiter|Steuerpflichtige\w*|Unternehmer|Unternehmen|Vermieter\w*|Mieter\w*|Auftragnehmer|Auftraggeber|Betreiber|Hersteller|Anbieter|Kaufmann|Arbeitgeber|Finanzunternehmen|Nutzer|Kunde|Vertreter|Datenschutzbeauftragte|Vertragspartei\w*|Schuldner|Gläubiger|öffentliche Stelle\w*)\b",
        hints="verantwortliche auftragsverarbeiter steuerpflichtige unternehme mieter auftragnehmer auftraggeber betreiber hersteller anbieter kaufmann arbeitgeber nutzer kunde vertreter datenschutzbeauftragte vertragspartei schuldner gläubiger öffentliche",
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
        needs="unverzüglich binnen innerhalb spätestens rechtzeitig umgehend sofort zeitnah täglich jährlich monatlich",
    ),
    rule(
        "de.grundsaetzlich",
        CUE,
        r"\b(?:grundsätzlich|in der Regel|regelmäßig|im Allgemeinen|soweit zumutbar|nach Möglichkeit)\b",
        anywhere=True,
        hints="grundsätzlich regel allgemeinen zumutbar möglichkeit",
    ),
    rule(
        "de.insbesondere",
        CUE,
        r"\b(?:insbesondere|mindestens|zumindest|wenigstens)\b",
        needs="insbesondere mindestens zumindest wenigstens",
    ),
    rule(
        "de.folgende",
        CUE,
        r"\b[Ff]olgende[srnm]?\b|\bnachfolgend\w*|\bnachstehend\w*|\bwie folgt\b",
        hints="folgend nachstehend folgt",
    ),
    rule("de.verneint", CUE, r"\b(?:nicht|kein\w*|weder)\b", hints="nicht kein weder"),
    rule("de.verweis", CUE, r"^(?:Dies|Das|Satz|Absatz|Absätze|Die Absätze|Das Gleiche|Gleiches|§)\b"),
    rule(
        "de.vereinbarung", CUE, r"\bVereinbarung\b|\bvereinbar(?:t|en)\b", needs="vereinbarung vereinbart vereinbaren"
    ),
    rule(
        "de.nachweisbar",
        CUE,
        r"\b(?:nachvollziehbar|nachprüfbar|lesbar|vollständig|lückenlos|unveränderbar|geordnet|wirksam|verhältnismäßig|angemessen\w*|geeignet\w*)\b",
        hints="nachvollziehbar nachprüfbar lesbar vollständig lückenlos unveränderbar geordnet wirksam verhältnismäßig angemessen geeignet",
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
