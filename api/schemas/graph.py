"""The knowledge graph as it is sent and shown."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import PageQuery, Text
from orchestrator.domain.graph import NodeType


class DomainModelSchema(Schema):
    """A domain-model file. Ids are unique over objects and messages; relations lead from messages to objects."""

    about = Text(allow_none=True)
    business_objects = fields.List(
        fields.Dict(), metadata={"description": "[{boid, name, description, attributes, aliases}]"}
    )
    messages = fields.List(fields.Dict(), metadata={"description": "[{mid, name, description, attributes, aliases}]"})
    relations = fields.List(
        fields.Dict(), metadata={"description": "[{from, type, to}], type USES_OBJECT or PRODUCES_OBJECT"}
    )


class LoadedSchema(Schema):
    """What a domain-model file holds."""

    business_objects = fields.Integer()
    messages = fields.Integer()
    relations = fields.Integer()


class GraphCountsSchema(Schema):
    """Nodes and edges by type; a type that has none is left out."""

    nodes = fields.Dict(keys=fields.String(), values=fields.Integer())
    edges = fields.Dict(keys=fields.String(), values=fields.Integer())
    behind = fields.Integer(
        metadata={"description": "Writes that have not reached Neo4j yet and are not counted here; 0 without Neo4j"}
    )


class NodeQuery(PageQuery):
    """Which nodes to list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
    type = fields.Enum(NodeType, by_value=True, load_default=None)


class NeighbourQuery(Schema):
    """How many edges at most."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class NodeSchema(Schema):
    """A node: a requirement by its rid, a business object by its boid, a message by its mid."""

    key = fields.String()
    type = fields.String()
    properties = fields.Dict(keys=fields.String())


class NodePageSchema(Schema):
    """Nodes in the order of their keys."""

    items = fields.List(fields.Nested(NodeSchema))
    next_cursor = fields.String(allow_none=True)


class EdgeSchema(Schema):
    """An edge; `properties` is its evidence."""

    source = fields.String()
    type = fields.String()
    destination = fields.String()
    properties = fields.Dict(keys=fields.String())


class NeighboursSchema(Schema):
    """A node, its edges, and the nodes at their other ends."""

    node = fields.Nested(NodeSchema)
    edges = fields.List(fields.Nested(EdgeSchema))
    nodes = fields.List(fields.Nested(NodeSchema))


class PreviewSchema(Schema):
    """What integrating a job does to the graph."""

    adds = fields.Integer(metadata={"description": "nodes that are new"})
    merges = fields.Integer(metadata={"description": "nodes that are there already"})
    edges = fields.Integer()
    touches = fields.Integer(metadata={"description": "business objects and messages that its edges lead to"})
    conflict = fields.String(
        allow_none=True,
        metadata={"description": "Why it would be refused: the graph says otherwise; else null"},
    )


class ExportQuery(Schema):
    """In which form."""

    format = Text(load_default="json", validate=validate.OneOf(["json", "cypher"]))


class GateSchema(Schema):
    """What one quality gate found; `examples` are at most 20 keys or edges."""

    name = fields.String()
    severity = fields.String(metadata={"description": "error, warning or info"})
    meaning = fields.String()
    count = fields.Integer()
    examples = fields.List(fields.String())


class GatesSchema(Schema):
    """All quality gates; `passed` unless one of severity error found something."""

    passed = fields.Boolean()
    gates = fields.List(fields.Nested(GateSchema))


class AssertionsSchema(Schema):
    """What a job asserts: nodes and edges, how many of each no other job does, and what of the model they touch."""

    nodes = fields.Integer()
    own_nodes = fields.Integer(metadata={"description": "asserted by no other job: these go with it"})
    edges = fields.Integer()
    own_edges = fields.Integer(metadata={"description": "asserted by no other job: these go with it"})
    touched = fields.Integer(metadata={"description": "business objects and messages at an end of its edges"})
