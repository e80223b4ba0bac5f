"""The graph of requirements, business objects and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.domain.graph import CONTRADICTING
from orchestrator.storage.models.declaration import EMPTY_OBJECT, NOW, Base, one_of


class GraphNode(Base):
    """A node of the graph. Objects and messages come from `graph load` only."""

    __tablename__ = "graph_nodes"

    key: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    name: Mapped[str]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    source_job_id: Mapped[UUID | None]
    """The job that made it; NULL for the domain model."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        one_of("type", "Requirement", "BusinessObject", "Message"),
        Index("ix_graph_nodes_type", "type", "key"),
    )


class GraphEdge(Base):
    """A typed edge; at most one of the contradicting types stands between one pair."""

    __tablename__ = "graph_edges"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    destination: Mapped[str] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    type: Mapped[str]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    source_job_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        UniqueConstraint("source", "destination", "type"),
        Index("ix_graph_edges_destination", "destination"),
        Index(
            "uq_graph_edges_contradiction",
            "source",
            "destination",
            unique=True,
            postgresql_where=text("type IN ({})".format(", ".join(f"'{kind}'" for kind in CONTRADICTING))),
        ),
    )


class GraphAssertion(Base):
    """Which job asserts which node or edge; a fact without an assertion is gone."""

    __tablename__ = "graph_assertions"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID]
    node_key: Mapped[str | None] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    edge_id: Mapped[int | None] = mapped_column(ForeignKey("graph_edges.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("job_id", "node_key", "edge_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(node_key IS NULL) <> (edge_id IS NULL)", name="one_fact"),
        Index("ix_graph_assertions_node", "node_key"),
        Index("ix_graph_assertions_edge", "edge_id"),
    )


class HeldFacts(Base):
    """What one step says of the graph for a job that leaves it alone: {nodes, edges}, each a list of values."""

    __tablename__ = "held_facts"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    facts: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_held_facts_job", "job_id"),)


class GraphIntent(Base):
    """What one transaction touched of the graph and Neo4j has not got yet: keys, and [source, destination, type]."""

    __tablename__ = "graph_intents"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID | None]
    nodes: Mapped[list[str]] = mapped_column(JSONB)
    edges: Mapped[list[list[str]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
