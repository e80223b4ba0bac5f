"""The fixed statements of the graph in PostgreSQL, one per question.

Writes take a sorted set each. `:rows` is a JSON array of objects, `:job` a UUID as text or NULL for the domain model.
"""

from __future__ import annotations

from sqlalchemy import text

NODE_ROWS = "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, type text, name text, properties jsonb)"
EDGE_ROWS = "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(source text, destination text, type text, properties jsonb)"

UPSERT_NODES = text(f"""
INSERT INTO graph_nodes AS n (key, type, name, properties, source_job_id)
SELECT r.key, r.type, r.name, r.properties, CAST(:job AS uuid) FROM {NODE_ROWS} ORDER BY r.key COLLATE "C"
ON CONFLICT (key) DO UPDATE SET name = excluded.name, properties = excluded.properties, updated_at = now()
WHERE n.type = excluded.type AND (n.name, n.properties) IS DISTINCT FROM (excluded.name, excluded.properties)
RETURNING n.key
""")  # noqa: S608 - only constants of this module are put in
UPSERT_EDGES = text(f"""
INSERT INTO graph_edges AS e (source, destination, type, properties, source_job_id)
SELECT r.source, r.destination, r.type, r.properties, CAST(:job AS uuid) FROM {EDGE_ROWS}
ORDER BY r.source COLLATE "C", r.destination COLLATE "C", r.type COLLATE "C"
ON CONFLICT (source, destination, type) DO UPDATE SET properties = excluded.properties, updated_at = now()
WHERE e.properties IS DISTINCT FROM excluded.properties
""")  # noqa: S608
VOID_FULFILMENT = text("""
DELETE FROM graph_edges WHERE id IN (
    SELECT id FROM graph_edges WHERE destination = ANY(:changed) AND type = ANY(:contradicting)
    ORDER BY source COLLATE "C", destination COLLATE "C", type COLLATE "C" FOR UPDATE)
""")
ASSERT_NODES = text("""
INSERT INTO graph_assertions (job_id, node_key)
SELECT CAST(:job AS uuid), key FROM unnest(CAST(:keys AS text[])) AS key ORDER BY key COLLATE "C"
ON CONFLICT DO NOTHING
""")
ASSERT_EDGES = text(f"""
INSERT INTO graph_assertions (job_id, edge_id)
SELECT CAST(:job AS uuid), e.id FROM {EDGE_ROWS} JOIN graph_edges e USING (source, destination, type) ORDER BY e.id
ON CONFLICT DO NOTHING
""")  # noqa: S608
CONTRADICTION = text(f"""
SELECT r.source, r.type, r.destination, e.type FROM {EDGE_ROWS}
JOIN graph_edges e ON e.source = r.source AND e.destination = r.destination AND e.type <> r.type
WHERE r.type = ANY(:contradicting) AND e.type = ANY(:contradicting)
ORDER BY r.source, r.destination LIMIT 1
""")  # noqa: S608
TYPES = text("SELECT key, type FROM graph_nodes WHERE key = ANY(:keys)")
NODES = text("""
SELECT key, type, name, properties, source_job_id FROM graph_nodes WHERE key = ANY(:keys) ORDER BY key COLLATE "C"
""")
NODES_OF_TYPE = text("""
SELECT key, type, name, properties, source_job_id FROM graph_nodes
WHERE (CAST(:type AS text) IS NULL OR type = :type) AND key COLLATE "C" > :after ORDER BY key COLLATE "C" LIMIT :limit
""")
MODEL_NODES = text("""
SELECT key, type, name, properties FROM graph_nodes WHERE type = ANY(:types) ORDER BY key COLLATE "C"
""")
MODEL_EDGES = text("""
SELECT source, destination, type, properties FROM graph_edges WHERE type = ANY(:types)
ORDER BY source COLLATE "C", destination COLLATE "C", type COLLATE "C"
""")
NEIGHBOURS = text("""
SELECT source, destination, type, properties FROM graph_edges WHERE source = :key OR destination = :key
ORDER BY source COLLATE "C", destination COLLATE "C", type COLLATE "C" LIMIT :limit
""")
EDGES = text("""
SELECT source, destination, type, properties FROM graph_edges
WHERE (source COLLATE "C", destination COLLATE "C", type COLLATE "C") > (:source, :destination, :type)
ORDER BY source COLLATE "C", destination COLLATE "C", type COLLATE "C" LIMIT :limit
""")
ASSERTED = text("""
WITH mine AS (SELECT node_key, edge_id, EXISTS (
    SELECT FROM graph_assertions other WHERE other.job_id <> a.job_id
    AND (other.node_key = a.node_key OR other.edge_id = a.edge_id)) AS shared
  FROM graph_assertions a WHERE a.job_id = :job)
SELECT count(node_key) AS nodes, count(node_key) FILTER (WHERE NOT shared) AS own_nodes,
       count(edge_id) AS edges, count(edge_id) FILTER (WHERE NOT shared) AS own_edges,
       (SELECT count(DISTINCT n.key) FROM mine JOIN graph_edges e ON e.id = mine.edge_id
        JOIN graph_nodes n ON n.key IN (e.source, e.destination) AND n.type = ANY(:types)) AS touched
FROM mine
""")
COUNTS = text("""
SELECT 'nodes', type, count(*) FROM graph_nodes GROUP BY type
UNION ALL SELECT 'edges', type, count(*) FROM graph_edges GROUP BY type ORDER BY 1, 2
""")

LOCK_NODES = text("""
SELECT n.key FROM graph_nodes n JOIN graph_assertions a ON a.node_key = n.key
WHERE a.job_id = :job AND (CAST(:only AS text[]) IS NULL OR n.key = ANY(CAST(:only AS text[])))
ORDER BY n.key COLLATE "C" FOR UPDATE OF n
""")
LOCK_EDGES = text("""
SELECT e.id FROM graph_edges e JOIN graph_assertions a ON a.edge_id = e.id
WHERE a.job_id = :job
AND (CAST(:only AS text[]) IS NULL OR ARRAY[e.source, e.destination] && CAST(:only AS text[]))
ORDER BY e.source COLLATE "C", e.destination COLLATE "C", e.type COLLATE "C" FOR UPDATE OF e
""")
DROP_ASSERTIONS = text("""
DELETE FROM graph_assertions WHERE job_id = :job
AND (node_key = ANY(CAST(:keys AS text[])) OR edge_id = ANY(CAST(:ids AS bigint[])))
""")
DROP_EDGES = text("""
DELETE FROM graph_edges e WHERE e.id = ANY(:ids)
AND NOT EXISTS (SELECT FROM graph_assertions a WHERE a.edge_id = e.id)
""")
DROP_NODES = text("""
DELETE FROM graph_nodes n WHERE n.key = ANY(:keys)
AND NOT EXISTS (SELECT FROM graph_assertions a WHERE a.node_key = n.key)
""")
HAND_OVER_NODES = text("""
UPDATE graph_nodes n SET source_job_id = (SELECT min(a.job_id::text)::uuid FROM graph_assertions a
WHERE a.node_key = n.key) WHERE n.key = ANY(:keys) AND n.source_job_id = :job
""")
HAND_OVER_EDGES = text("""
UPDATE graph_edges e SET source_job_id = (SELECT min(a.job_id::text)::uuid FROM graph_assertions a
WHERE a.edge_id = e.id) WHERE e.id = ANY(:ids) AND e.source_job_id = :job
""")
