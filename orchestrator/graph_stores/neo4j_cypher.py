"""The fixed statements of the graph in Neo4j. Types come from the metamodel, all else is bound.

What carries a `fence` was written by this store; anything else in the database is left alone.
"""

from __future__ import annotations

from orchestrator.domain.graph import ENDS, EdgeType, NodeType

FENCE = "GraphFence"
CONSTRAINTS = tuple(
    f"CREATE CONSTRAINT {label.lower()}_key IF NOT EXISTS FOR (n:{label}) REQUIRE n.key IS UNIQUE"
    for label in (*NodeType, FENCE)
)
EDGE = "a.key AS source, b.key AS destination, type(e) AS type, properties(e) AS properties"

READ_FENCE = f"MATCH (f:{FENCE} {{key: 'graph'}}) RETURN f.fence AS fence, f.complete AS complete"
RAISE_FENCE = f"""
MERGE (f:{FENCE} {{key: 'graph'}}) ON CREATE SET f.fence = 0, f.complete = false
WITH f WHERE f.fence = $seen SET f.fence = $seen + 1 RETURN f.fence AS fence"""
COMPLETE = f"MATCH (f:{FENCE} {{key: 'graph'}}) SET f.complete = $complete RETURN f.fence AS fence"

PUT_NODES = {kind: f"UNWIND $rows AS row MERGE (n:{kind} {{key: row.key}}) SET n = row.properties" for kind in NodeType}
PUT_EDGES = {
    kind: f"UNWIND $rows AS row MATCH (a:{ends[0]} {{key: row.source}}) MATCH (b:{ends[1]} {{key: row.destination}}) "
    f"MERGE (a)-[e:{kind}]->(b) SET e = row.properties"
    for kind, ends in ENDS.items()
}
DROP_NODES = {
    kind: f"UNWIND $keys AS key MATCH (n:{kind} {{key: key}}) WHERE n.fence IS NOT NULL DETACH DELETE n"
    for kind in NodeType
}
DROP_EDGES = {
    kind: f"UNWIND $rows AS row MATCH (a:{ends[0]} {{key: row.source}})-[e:{kind}]->(b:{ends[1]} "
    "{key: row.destination}) WHERE e.fence IS NOT NULL DELETE e"
    for kind, ends in ENDS.items()
}
OLD_EDGES = {
    kind: f"MATCH ()-[e:{kind}]->() WHERE e.fence < $fence WITH e LIMIT $limit DELETE e RETURN count(*) AS number"
    for kind in EdgeType
}
OLD_NODES = {
    kind: f"MATCH (n:{kind}) WHERE n.fence < $fence WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS number"
    for kind in NodeType
}

NODES_OF_TYPE = {
    kind: f"MATCH (n:{kind}) WHERE n.key > $after AND n.fence IS NOT NULL "
    f"RETURN n.key AS key, '{kind}' AS type, properties(n) AS properties ORDER BY key LIMIT $limit"
    for kind in NodeType
}
NEIGHBOURS = {
    kind: f"MATCH (n:{kind} {{key: $key}})-[e]-() WHERE e.fence IS NOT NULL WITH DISTINCT e "
    "WITH startNode(e) AS a, e, endNode(e) AS b "
    f"RETURN {EDGE} ORDER BY source, destination, type LIMIT $limit"
    for kind in NodeType
}
SOURCES = tuple(sorted({ends[0] for ends in ENDS.values()}))
SOURCES_BEHIND = {
    kind: f"MATCH (a:{kind}) WHERE a.key > $source RETURN a.key AS key ORDER BY key LIMIT $limit" for kind in SOURCES
}
EDGES_OF = {
    kind: f"MATCH (a:{kind})-[e]->(b) WHERE a.key >= $source AND a.key <= $last AND e.fence IS NOT NULL "
    "AND (a.key > $source OR b.key > $destination OR (b.key = $destination AND type(e) > $type)) "
    f"RETURN {EDGE} ORDER BY source, destination, type LIMIT $limit"
    for kind in SOURCES
}
COUNT_NODES = {
    kind: f"MATCH (n:{kind}) WHERE n.fence IS NOT NULL RETURN '{kind}' AS type, count(*) AS number" for kind in NodeType
}
COUNT_EDGES = {
    kind: f"MATCH ()-[e:{kind}]->() WHERE e.fence IS NOT NULL RETURN '{kind}' AS type, count(*) AS number"
    for kind in EdgeType
}
