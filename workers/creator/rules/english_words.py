# ruff: noqa: E501  (a pattern is read on one line)
"""Pieces of patterns that several English rules share."""

BE = r"\b(?:is|are|be|been|being|'s|'re)\b"
AUTHORITY = (
    r"(?:commission|member states?|(?:\w+ ){0,2}authorit(?:y|ies)|council|parliament|board|committee|ecb|eba|esma|eiopa|esas?|central bank|courts?|agency|eusr"
    r"|aacc|high representative|coordinators?|overseer|panel|secretary(?:-general)?|chair(?:man|person)?|oversight forum|union|states?|office)"
)
DOCUMENT = r"(?:regulation|directive|decision|articles?|annex(?:es)?|chapter|section|paragraphs?|subparagraphs?|points?|provisions?|references?|title|definitions?|terms?|acts?)"
SYSTEM = r"(?:system|application|software|product|solution|website|site|module|interface|program|server|database|client|tool|page|screen|gui|sms|api|service|portal|component|platform|function|report)"
USER = r"(?:users?|administrators?|admins?|customers?|players?|operators?|staff|members?|personnel|clerks?|students?|agents?|patrons?)"
SHALL = r"\b(?:shall|must)\b"
THING = (
    r"(?:information|data|reports?|applications?|lists?|measures?|documents?|documentation|amounts?|periods?|contributions?|results?|costs?|penalt(?:y|ies)|certificates?|requests?|notifications?"
    r"|statements?|plans?|procedures?|assessments?|rules?|conditions?|criteria|values?|records?|rates?|levels?|delegation|power|mandate|authorisations?|material|plants?|products?|goods|packag\w+|checks|files?|"
    r"support|actions?|expenditure|prices?|tools?|methods?|samples?|agreements?|contracts?|proposals?|opinions?|recommendations?|validity|date|time|number|percentage|part|parts|elements?|service|services|systems?|copies|media|budget|funds?|grants?|duration|term|reference|size|mark|seal|label|labels|warnings?)"
)
