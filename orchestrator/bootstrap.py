"""The only place that chooses implementations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from orchestrator.config import Settings
from orchestrator.graph_store import GraphStore
from orchestrator.graph_stores.migration import Migration
from orchestrator.graph_stores.neo4j import Neo4jGraphStore
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.services.accounts import Accounts
from orchestrator.services.agent_health import AgentHealth
from orchestrator.services.agents import Agents
from orchestrator.services.audit import Audit
from orchestrator.services.carry_over import CarryOver
from orchestrator.services.creation import Creation
from orchestrator.services.deliveries import Deliveries
from orchestrator.services.dispatcher import Dispatcher
from orchestrator.services.event_feed import EventFeed
from orchestrator.services.execution import Execution
from orchestrator.services.figures import Figures
from orchestrator.services.graph import Graph
from orchestrator.services.graph_checks import GraphChecks
from orchestrator.services.held_integration import HeldIntegration
from orchestrator.services.idempotency import Idempotency
from orchestrator.services.job_contents import JobContents
from orchestrator.services.job_manager import JobManager
from orchestrator.services.keys import Keys
from orchestrator.services.leadership import Leadership
from orchestrator.services.llm import LanguageModel
from orchestrator.services.monitor import Monitor
from orchestrator.services.operations import Operations
from orchestrator.services.queues import Queues
from orchestrator.services.readiness import Readiness
from orchestrator.services.recovery import Recovery
from orchestrator.services.reporter import Reporter
from orchestrator.services.retention import Retention
from orchestrator.services.reviews import Reviews
from orchestrator.services.revisions import Revisions
from orchestrator.services.scheduling import Scheduling
from orchestrator.services.seeding import Seeding
from orchestrator.services.validation import Validation
from orchestrator.services.visibility import Visibility
from orchestrator.services.webhooks import Webhooks
from orchestrator.storage import at_commit, audit
from orchestrator.storage.engine import SessionFactory, make_engine, session_factory


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """The services, wired. Build it after a fork, one per process, and close it at the end."""

    settings: Settings
    engine: Engine
    sessions: SessionFactory
    execution: Execution
    dispatcher: Dispatcher
    recovery: Recovery
    monitor: Monitor
    queues: Queues
    figures: Figures
    agents: Agents
    agent_health: AgentHealth
    leadership: Leadership
    creation: Creation
    validation: Validation
    graph: Graph
    graph_checks: GraphChecks
    held_integration: HeldIntegration
    graph_migration: Migration | None
    """None where there is no Neo4j."""
    job_manager: JobManager
    scheduling: Scheduling
    operations: Operations
    retention: Retention
    job_contents: JobContents
    revisions: Revisions
    reviews: Reviews
    carry_over: CarryOver
    reporter: Reporter
    accounts: Accounts
    keys: Keys
    visibility: Visibility
    audit: Audit
    readiness: Readiness
    seeding: Seeding
    webhooks: Webhooks
    deliveries: Deliveries
    event_feed: EventFeed
    idempotency: Idempotency
    language_model: LanguageModel

    def close(self) -> None:
        """End the streams and close the connections to servers."""
        self.event_feed.close()
        self.graph.close()
        self.readiness.close()
        self.engine.dispose()


def build(
    settings: Settings, *, role: str = "orchestrator", ping: bool = True, connections: int | None = None
) -> Orchestrator:
    """Wire the services. Opens no connection yet.

    Args:
        settings: as loaded.
        role: names the process in pg_stat_activity.
        ping: check a pooled connection before each use; workers repeat what a lost one broke instead.
        connections: most connections of its pool; None: as the settings have it for the API.
    """
    engine = make_engine(settings, role=role, ping=ping, size=connections)
    sessions = session_factory(engine)
    audit.watch(sessions)
    at_commit.watch(sessions)  # behind the audit log, which says something of its own
    accounts = Accounts(settings, sessions)
    execution = Execution(settings, sessions)
    recovery = Recovery(settings, sessions, execution)
    graph_store: GraphStore = Neo4jGraphStore(settings, sessions) if settings.neo4j_uri else PostgresGraphStore()
    reporter = Reporter(settings, sessions)
    leadership = Leadership(sessions, settings.leader_ttl_s)
    return Orchestrator(
        settings=settings,
        engine=engine,
        sessions=sessions,
        execution=execution,
        dispatcher=Dispatcher(settings, sessions),
        recovery=recovery,
        monitor=Monitor(settings, sessions, recovery),
        queues=Queues(settings, sessions),
        figures=Figures(settings, sessions),
        agents=Agents(settings, sessions),
        agent_health=AgentHealth(settings, sessions),
        leadership=leadership,
        creation=Creation(settings, sessions),
        validation=Validation(settings, sessions, graph_store),
        graph=Graph(sessions, graph_store),
        graph_checks=GraphChecks(sessions, graph_store),
        held_integration=HeldIntegration(sessions, graph_store),
        graph_migration=Migration(sessions, graph_store) if isinstance(graph_store, Neo4jGraphStore) else None,
        job_manager=JobManager(settings, sessions),
        scheduling=Scheduling(settings, sessions),
        operations=Operations(settings, sessions, graph_store),
        retention=Retention(settings, sessions, graph_store),
        job_contents=JobContents(settings, sessions),
        revisions=Revisions(settings, sessions),
        reviews=Reviews(settings, sessions, graph_store),
        carry_over=CarryOver(settings, sessions, graph_store),
        reporter=reporter,
        accounts=accounts,
        keys=Keys(settings, sessions, accounts.known),
        visibility=Visibility(settings, sessions),
        audit=Audit(sessions),
        readiness=Readiness(settings, engine, leadership),
        seeding=Seeding(sessions, graph_store, reporter),
        webhooks=Webhooks(settings, sessions),
        deliveries=Deliveries(settings, sessions),
        event_feed=EventFeed(settings, sessions),
        idempotency=Idempotency(settings, sessions),
        language_model=LanguageModel(settings, sessions),
    )
