# ruff: noqa: E501  (a pattern is read on one line)
"""English rules for what binds nobody: permissions, scope, definitions, information, rights of authorities."""

from __future__ import annotations

import re

from .english_words import AUTHORITY
from .kinds import AUTHORITY_RIGHT, CUE, DEFINITION, INFORMATION, PERMISSION, SCOPE
from .rule import Rule, rule

GUESS = re.compile(
    r"\bmust have (?:\w+ly )?(?:been|had|felt|seemed|gone|got|gotten|lost|slipped|happened|occurred|forgotten|missed|misread|mistaken|overlooked|thought|known|misunderstood|taken place)\b(?!.*\b(?:before|prior|by|at least|within|no later|for (?:\w+ ){1,2}(?:years?|months?))\b)"
    r"|\bmust have been (?:caused|triggered|due to)\b|\b(?:old|former|previous|predecessor|apparently|presumably|evidently|obviously|probably|surely|back then|some(?:body|one|thing)|at the time|last (?:week|month|year|night))\b.* must have \w+|\bmust (?:\w+ )?have \w+(?:ed|en|lt|nt|ld)\b.* (?:since|because|than we|at the time|back then|last (?:week|month|year|night))\b"
    r"|\bmust be (?:(?:a|an|some|some kind of) )?(?:mistake|misunderstanding|coincidence|mistaken|kidding|joking)\b"
)
"""A guess about what was, which is worded like a duty."""

RULES: tuple[Rule, ...] = (
    # permission
    rule("en.may", PERMISSION, r"\bmay\b", needs="may"),
    rule("en.can", PERMISSION, r"(?<!that )(?<!which )(?<!who )\b(?:can(?!'t)|could|might)\b", needs="can could might"),
    rule(
        "en.permitted",
        PERMISSION,
        r"\b(?:permitted|allowed|free to|at liberty|optional(?:ly)?|entitled|at (?:its|his|their) discretion|choose)\b",
        needs="permitted allowed free at optional optionally entitled choose",
    ),
    rule("en.right", CUE, r"\b(?:right|rights|entitled)\b", needs="right rights entitled"),
    # scope
    rule(
        "en.applies",
        SCOPE,
        r"\b(?:applies|apply|scope|covers|lays down|laying down)\b",
        needs="applies apply scope covers lays laying",
    ),
    rule(
        "en.this_document",
        SCOPE,
        r"^(?:this|the present) (?:regulation|directive|decision|document|section|chapter|specification|srs|appendix|policy|manual|contract|agreement)\b",
    ),
    # definition
    rule(
        "en.means",
        DEFINITION,
        r"\b(?:means|shall mean|is defined as|are defined as|refers? to|denotes?|stands for|is called|are called|definitions?)\b|^[‘'\"“][^’'\"”]+[’'\"”] (?:is|are|shall)\b",
        needs="",
        hints="mean defined refer denote stands called definition ‘ ' \" “",
    ),
    rule("en.is_a", DEFINITION, r"^(?!it |there )(?:(?:the|a|an) )?(?:[\w/-]+ ){1,4}(?:is|are) (?:an?|the|any|one)\b"),
    # information
    rule(
        "en.example",
        INFORMATION,
        r"^(?:example|e\.g\.|note\b|see\b|figure|table|e g|illustration|background)",
    ),
    rule(
        "en.example_mark",
        INFORMATION,
        r"^(?:examples?|note|remark)(?: [\w.]+){0,3} ?:|^(?:for (?:example|instance)|by way of example|to illustrate)\b",
    ),
    rule(
        "en.guess",
        INFORMATION,
        GUESS.pattern,
        beats=["en.must"],
        anywhere=True,
        needs="must",
    ),
    rule(
        "en.undecided",
        INFORMATION,
        r"^(?:whether|who|which|what|how)\b.*\b(?:decided|open|unclear|discuss\w*|clarified|determined|explained|answered)\b|\b(?:is|are|remains?) (?:still |yet |as yet )?(?:undecided|open|to be (?:decided|clarified|discussed|determined)|tbd)\b(?! to\b)",
        beats=["en.must", "en.shall", "en.should", "en.will", "en.is_to", "en.have_to", "en.need_to"],
        needs="decided open unclear discuss discussed clarified determined explained answered undecided tbd",
    ),
    rule(
        "en.future",
        INFORMATION,
        r"\bwill\b.*\b(?:soon|next (?:year|quarter|release|version|month)|in (?:the )?(?:near )?future|in the (?:coming|next) (?:few )?(?:years|months|weeks)|at a later (?:date|stage|time)|eventually|probably|presumably|in 20\d\d)\b|\bwill (?:probably|presumably|likely|eventually|be considered)\b",
        beats=["en.will"],
        needs="will",
    ),
    rule(
        "en.had_to",
        INFORMATION,
        r"\b(?:had to|was supposed to|were supposed to|(?:was|were|had been) (?:\w+ )?(?:required|obliged|obligated|expected|meant) to|(?:^|[,;:] |(?<=they )|(?<=it )|(?<=we )|(?<=customers )|(?<=users ))used to (?=\w))",
        needs="had was were used",
    ),
    rule(
        "en.by_law",
        INFORMATION,
        r"\b(?:is|are) (?:\w+ )?(?:required|prescribed|mandated|mandatory|prohibited|necessary) (?:by|under) (?:the |national |local |applicable )?(?:law|statute|legislation)\b(?! to\b)",
        beats=["en.required_to", "en.necessary", "en.prohibited"],
        needs="law statute legislation",
    ),
    rule(
        "en.must_expect",
        INFORMATION,
        r"\bmust (?:expect|reckon with|be prepared (?:for|to face))\b|\bhas to (?:expect|reckon with)\b",
        beats=["en.must", "en.have_to"],
        needs="expect reckon prepared",
    ),
    rule(
        "en.deemed_to_be",
        DEFINITION,
        r"\b(?:shall|will|must|is to|are to) (?:\w+ )?be (?:deemed|regarded as|considered (?:as |to be |to have )|treated as|construed as|taken to (?:be|have))\b",
        beats=["en.shall", "en.must", "en.will", "en.is_to"],
        needs="deemed regarded considered treated construed taken",
    ),
    rule(
        "en.definitions_apply",
        DEFINITION,
        r"\bfollowing (?:terms and )?definitions (?:shall )?apply\b",
        beats=["en.applies", "en.shall"],
        needs="definitions",
    ),
    rule("en.question", INFORMATION, r"\?\W*$", anywhere=True),
    rule("en.past", INFORMATION, r"\b(?:was|were|had been|has been|have been)\b", needs="was were had has have"),
    rule(
        "en.describes",
        INFORMATION,
        r"\b(?:describes?|(?<!as )described|contains?|provides? an overview|lists?|gives?|explains?|introduction|intended|purpose of this|overview|assumed|assumption|appendix|document)\b",
        hints="describ contain provides list gives give explain introduction intended purpose overview assum appendix document",
    ),
    # authority
    rule(
        "en.authority_may",
        AUTHORITY_RIGHT,
        rf"^(?:[^,;]*, )?(?:the |each |any |a |an )?(?:\w+ )?{AUTHORITY}\b[^,;]{{0,60}}? may\b(?! (?:not|only))",
        beats=["en.may"],
        needs="may",
        hints="commission member authorit council parliament board committee ecb eba esma eiopa esa bank court agency eusr aacc representative coordinator overseer panel secretar chair forum union state office",
    ),
    rule("en.may_that", PERMISSION, r"\bmay\b[^,;]*\bthat\b[^,;]*\bshall\b", beats=["en.shall"], needs="may"),
    rule(
        "en.authority",
        CUE,
        rf"^(?:[^;]*, )?(?:the |each |every |any |a |an |that |those |all )?(?:\w+ ){{0,3}}{AUTHORITY}\b[^,;]{{0,70}}? (?:shall|must|should|will)\b",
        needs="shall must should will",
        hints="commission member authorit council parliament board committee ecb eba esma eiopa esa bank court agency eusr aacc representative coordinator overseer panel secretar chair forum union state office",
    ),
)
