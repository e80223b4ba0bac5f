# ruff: noqa: E501  (a pattern is read on one line)
"""Pieces of patterns that several English rules share."""

BE = r"\b(?:is|are|be|been|being|'s|'re)\b"
AUTHORITY = (
    r"(?:commission|member states?|(?:\w+ ){0,2}authorit(?:y|ies)|council|parliament|board|committee|ecb|eba|esma|eiopa|esas?|central bank|courts?|agency|eusr"
    r"|aacc|high representative|coordinators?|overseer|panel|secretary(?:-general)?|chair(?:man|person)?|oversight forum|union|states?|office)"
)
DOCUMENT = r"(?:regulation|directive|decision|articles?|annex(?:es)?|chapter|section|paragraphs?|subparagraphs?|points?|provisions?|references?|title|definitions?|terms?|acts?)"
SYSTEM = r"(?:system|application|software|product|solution|website|site|module|interface|program|server|database|client|tool|page|screen|gui|sms|api|service|portal|component|platform|function|report)"
DEVICE = r"(?:device|controller|pump|sensor|machine|unit|display|terminal|engine|scheduler|gateway|node|collector|receiver|sender|firmware|backend|frontend|plug-?in|widget|dashboard|form|calendar|menu|dialog|window|view|editor|printer|scanner|reader|meter|robot|vehicle|app|bot|kernel|driver|parser|compiler|broker|router|crawler|wizard|importer|exporter|simulator|monitor|daemon|worker)"
"""What else acts in specifications."""
PEOPLE = r"(?:clinicians?|physicians?|doctors?|nurses?|patients?|drivers?|managers?|visitors?|guests?|readers?|editors?|authors?|reviewers?|subscribers?|buyers?|sellers?|employees?|supervisors?|receptionists?|technicians?|teachers?|learners?|planners?|dispatchers?|owners?|moderators?|analysts?|passengers?)"
"""Who else uses a system."""
USER = r"(?:users?|administrators?|admins?|customers?|players?|operators?|staff|members?|personnel|clerks?|students?|agents?|patrons?)"
SHALL = r"\b(?:shall|must)\b"
THING = (
    r"(?:information|data|reports?|applications?|lists?|measures?|documents?|documentation|amounts?|periods?|contributions?|results?|costs?|penalt(?:y|ies)|certificates?|requests?|notifications?"
    r"|statements?|plans?|procedures?|assessments?|rules?|conditions?|criteria|values?|records?|rates?|levels?|delegation|power|mandate|authorisations?|material|plants?|products?|goods|packag\w+|checks|files?|"
    r"support|actions?|expenditure|prices?|tools?|methods?|samples?|agreements?|contracts?|proposals?|opinions?|recommendations?|validity|date|time|number|percentage|part|parts|elements?|service|services|systems?|copies|media|budget|funds?|grants?|duration|term|reference|size|mark|seal|label|labels|warnings?)"
)
