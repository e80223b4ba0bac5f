"""Every setting with what it may be and what it does.

Timings are settings and the relations between them are ratios (`relations`), so that tests run at a tenth of the scale.
The tables in docs/configuration.md and .env.example are made from here by scripts/write_configuration_docs.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from orchestrator.config.rules import (
    AtLeastBytes,
    Between,
    DatabaseUrl,
    HostsOrNetworks,
    HttpUrls,
    Mapped,
    Matching,
    OneOf,
    Ports,
    RedisUrl,
)

MEGABYTE = 1_000_000
DAY_S = 86_400
FIRST_HEALTH_PORTS = {"creator": 8001, "validator": 8002}


@dataclass(frozen=True, slots=True)
class Named:
    """Names other than the usual ones: the environment variable, and the key in files of the older system."""

    variable: str | None = None
    older: str | None = None


class Secret:
    """Marks a value that is never shown."""


Seconds = Annotated[float, Between(0.01, DAY_S)]
Rate = Annotated[int, Between(0, 10_000_000)]
Count = Annotated[int, Between(1, 1000)]
Days = Annotated[int, Between(0, 36_500)]


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/orchestrator`, else `~/.local/state/orchestrator`."""
    root = os.environ.get("XDG_STATE_HOME", "")
    return (Path(root) if root.startswith("/") else Path.home() / ".local" / "state") / "orchestrator"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. Names ending in `_s` are seconds. The environment variable is `ORCHESTRATOR_<NAME>`,
    except where `Named` gives another one."""

    database_url: Annotated[
        str,
        DatabaseUrl(),
        Secret(),
        Named("DATABASE_URL"),
        "The PostgreSQL database. `orchestrator up` starts one where none is given.",
    ] = field(repr=False)
    redis_url: Annotated[
        str,
        RedisUrl(),
        Secret(),
        Named("REDIS_URL"),
        "The Redis or Valkey that carries the messages. `orchestrator up` starts one where none is given.",
    ] = field(repr=False)
    state_dir: Annotated[Path, "Where `orchestrator up` keeps everything and where keys are found."] = field(
        default_factory=default_state_dir
    )
    environment: Annotated[
        str,
        Matching(r"[a-z0-9]{1,16}", "1-16 lower-case letters or digits"),
        "Part of every key in Redis and of every API key: keeps two installations apart.",
    ] = "dev"
    log_level: Annotated[str, OneOf(("DEBUG", "INFO", "WARNING", "ERROR")), "The least severe lines to log."] = "INFO"
    log_format: Annotated[
        str, OneOf(("auto", "json", "human")), "One JSON object a line, or lines for people; auto: those on a terminal."
    ] = "auto"

    metrics_dir: Annotated[
        str,
        Matching(r"(/\S*)?", "an absolute path"),
        "Where the processes of one service share their numbers for Prometheus; empty: in the directory for temporary "
        "files. Of this user alone, best in memory.",
    ] = ""
    slow_query_s: Annotated[
        float, Between(0, DAY_S), "Statements that take longer are logged, without their values; 0: none."
    ] = 1.0
    otlp_endpoint: Annotated[
        str,
        Matching(r"(https?://[^\s@?#]+)?", "a URL like http://collector:4318, without login and query"),
        "Where traces are sent (OTLP over HTTP); empty: nothing is traced. Needs the extra `otel`.",
    ] = ""

    api_host: Annotated[str, Matching(r"\S+", "an address or a host name"), "Address the API listens on."] = "127.0.0.1"
    api_port: Annotated[int, Between(0, 65_535), "Port the API listens on; 0: any free one."] = 8000
    api_processes: Annotated[int, Between(1, 64), "Server processes of the API."] = 1
    api_threads: Annotated[int, Between(1, 512), "Requests that one process of the API serves at once."] = 16
    api_drain_s: Annotated[
        float,
        Between(0, 300),
        "How long the API, told to stop, answers 503 at /ready and serves on, so that load balancers turn away.",
    ] = 2.0
    max_upload_bytes: Annotated[int, Between(1_000, 2_000 * MEGABYTE), "Largest document that is accepted."] = (
        50 * MEGABYTE
    )
    max_pages: Annotated[int, Between(1, 100_000), "Most pages of a document."] = 2_000
    max_text_characters: Annotated[int, Between(1_000, 500_000_000), "Most characters of a document's text."] = (
        20_000_000
    )

    key_cache_s: Annotated[
        float,
        Between(0, 300),
        "How long a process of the API believes what it knows of a key: one that another process revoked works for so "
        "long at most. 0: it asks the database each time.",
    ] = 5.0
    rate_read_per_minute: Annotated[Rate, "Requests a caller may read with in a minute; 0: any number."] = 6_000
    rate_write_per_minute: Annotated[Rate, "Requests a caller may change something with in a minute."] = 1_200
    rate_submit_per_minute: Annotated[Rate, "Jobs and documents a caller may submit in a minute."] = 1_200
    rate_failed_per_minute: Annotated[
        Rate, "Requests without a valid key that an address may make in a minute; then no new keys of it are heard."
    ] = 60
    proxy_hops: Annotated[
        int, Between(0, 10), "Proxies before this server whose X-Forwarded-For, -Proto and -Host are believed."
    ] = 0
    cors_origins: Annotated[
        tuple[str, ...],
        HttpUrls(),
        "Origins like https://app.example.org whose pages may call the API; none by default.",
    ] = ()
    hsts_s: Annotated[
        int, Between(0, 63_072_000), "Seconds for which browsers are told to come by TLS only; 0 where there is none."
    ] = 0
    idempotency_hours: Annotated[
        float,
        Between(0.001, 8_760),
        "How long a POST with a used Idempotency-Key is answered as it was, not done again.",
    ] = 24.0
    visibility: Annotated[
        str, OneOf(("all", "own")), "Whose jobs callers see and change; with `own`, admins still see all."
    ] = "all"
    four_eyes: Annotated[bool, "A requirement is accepted when two different callers have accepted it."] = False
    no_self_approval: Annotated[bool, "Who submitted a job may not accept its requirements."] = False
    flower_login: Annotated[
        str,
        Matching(r"([^:\s,]+:[^\s,]{8,})?", "user:password with 8 characters or more"),
        Secret(),
        "Login of Flower.",
    ] = field(default="", repr=False)
    jwt_issuer: Annotated[
        str, Matching(r"\S*", "a URL or a name"), "Whose tokens (JWT) are accepted: their `iss`. Empty: nobody's."
    ] = ""
    jwt_audience: Annotated[str, Matching(r"\S*", "a name"), "Whom those tokens must be meant for: their `aud`."] = ""
    jwt_jwks_url: Annotated[
        str,
        Matching(r"(https?://[^\s@?#]+)?", "a URL like https://host/path, without login and query"),
        "Where the issuer's public keys are. Empty: where its `/.well-known/openid-configuration` says.",
    ] = ""
    jwt_secret: Annotated[
        str, AtLeastBytes(32), Secret(), "Accept tokens signed with this secret (HS256) instead of the issuer's keys."
    ] = field(default="", repr=False)
    jwt_role_claim: Annotated[
        str,
        Matching(r"\S{1,200}", "a claim's name, or names with dots between them"),
        "The claim with the caller's roles.",
    ] = "role"
    jwt_role_map: Annotated[
        tuple[str, ...],
        Mapped(("viewer", "operator", "admin")),
        "What values of that claim stand for which role, as `value=role`. Empty: they are called like the roles.",
    ] = ()

    document_memory_factor: Annotated[
        float,
        Between(0.1, 100),
        "Memory that reading one document may take beside what its process has, times "
        "ORCHESTRATOR_MAX_MEMORY_PER_CHILD_KB; the job fails with `memory_cap` beyond that.",
    ] = 2.0
    document_cpu_s: Annotated[
        Seconds, "Processor time that reading one document may take; the job fails with `time_cap` beyond that."
    ] = 300.0

    heartbeat_s: Annotated[Seconds, "How often a worker says that it still runs a step."] = 10.0
    lease_s: Annotated[Seconds, "How long a step belongs to a worker that is not heard of."] = 30.0
    leader_ttl_s: Annotated[Seconds, "After this long without a sign of the leader another one takes over."] = 15.0
    leader_renew_s: Annotated[Seconds, "How often the leader renews its lease."] = 3.0
    tick_s: Annotated[Seconds, "How often the leader dispatches and recovers where nothing wakes it."] = 1.0
    dispatch_window: Annotated[
        Count, "Least number of steps dispatched ahead per queue; 2 x live free slots where that is more."
    ] = 4
    owner_limit: Annotated[
        int, Between(0, 10_000), "Most steps of one owner that run at once, on all workers together; 0: any number."
    ] = 0
    dispatched_timeout_s: Annotated[Seconds, "A dispatched step that nobody claims for this long is sent again."] = 60.0
    agent_timeout_s: Annotated[Seconds, "A worker that is not heard of for this long gets no more steps."] = 30.0
    max_errors: Annotated[Count, "A step that failed this often is dead."] = 5
    max_crashes: Annotated[Count, "A step whose worker crashed this often is dead."] = 3
    max_requirement_retries: Annotated[
        int, Between(1, 100), "A requirement whose validation failed this often is failed."
    ] = 5
    backoff_base_s: Annotated[Seconds, "Longest wait before the first repetition; doubles with each error."] = 2.0
    backoff_cap_s: Annotated[Seconds, "Longest wait before any repetition."] = 600.0
    finish_retry_s: Annotated[
        float, Between(0, DAY_S), "How long a worker tries to store a result while the database is away."
    ] = 120.0
    job_timeout_hours: Annotated[
        float, Between(0.01, 8_760), "A job that has not ended after this many hours fails with `job_timeout`."
    ] = 168.0
    stuck_detection_minutes: Annotated[
        float, Between(0.01, 10_080), "A job without progress for this many minutes counts as stuck."
    ] = 60.0
    completion_check_interval_s: Annotated[
        float,
        Between(1, DAY_S),
        Named(older="completion_check_interval_seconds"),
        "How often every live job is checked for having ended.",
    ] = 30.0
    agent_health_interval_s: Annotated[float, Between(1, DAY_S), "How often the workers' health is checked."] = 30.0
    prune_interval_s: Annotated[float, Between(1, DAY_S), "How often what is past its time is deleted."] = 3600.0
    retention_days: Annotated[int, Between(1, 3_650), "How long ended periodic steps and schedule slots are kept."] = 30
    redact_completed_days: Annotated[
        Days, "Completed jobs lose their document, texts and prompt so many days after their end; 0: never."
    ] = 0
    redact_failed_days: Annotated[Days, "The same of failed jobs."] = 0
    redact_cancelled_days: Annotated[Days, "The same of cancelled jobs."] = 0
    delete_completed_days: Annotated[
        Days, "Completed jobs are deleted so many days after their end, with their part of the graph; 0: never."
    ] = 0
    delete_failed_days: Annotated[Days, "The same of failed jobs."] = 0
    delete_cancelled_days: Annotated[Days, "The same of cancelled jobs."] = 0

    part_characters: Annotated[int, Between(500, 1_000_000), "Size of the parts a document is read in."] = 20_000
    validate_batch: Annotated[Count, "Requirements that are validated in one step."] = 50

    llm_base_url: Annotated[
        str,
        Matching(r"(https?://[^\s@?#]+)?", "a URL like https://host/v1, without login and query"),
        Named("LLM_BASE_URL"),
        "An OpenAI-compatible endpoint. Where it is set, jobs that name no engine are `hybrid`: it gets their text.",
    ] = ""
    llm_api_key: Annotated[
        str, Matching(r"\S*", "a key"), Secret(), Named("LLM_API_KEY"), "The key of that endpoint, if it wants one."
    ] = field(default="", repr=False)
    llm_model: Annotated[
        str, Matching(r"(\S{1,200})?", "a name"), Named("LLM_MODEL"), "The model to ask, as that endpoint calls it."
    ] = ""
    llm_context_tokens: Annotated[
        int,
        Between(2_000, 10_000_000),
        Named("LLM_CONTEXT_TOKENS"),
        "Tokens that question and answer may have together; parts are cut so that they fit.",
    ] = 16_000
    llm_prompt_price: Annotated[
        float, Between(0, 100_000), Named("LLM_PROMPT_PRICE"), "Price of a million tokens of questions; 0: not known."
    ] = 0.0
    llm_completion_price: Annotated[
        float, Between(0, 100_000), Named("LLM_COMPLETION_PRICE"), "Price of a million tokens of answers; 0: not known."
    ] = 0.0
    llm_concurrency: Annotated[Count, "Calls that the endpoint gets at once, from all processes together."] = 4
    llm_connect_s: Annotated[Seconds, "How long a call of the endpoint waits for a connection."] = 5.0
    llm_read_s: Annotated[Seconds, "How long such a call waits for each part of the answer."] = 60.0
    llm_total_s: Annotated[Seconds, "How long such a call may take, all in all."] = 120.0
    llm_patience_s: Annotated[
        Seconds, "A part whose endpoint has failed for this long is extracted by rules instead."
    ] = 900.0
    llm_validator: Annotated[
        bool, "The model also proposes which objects and messages a requirement concerns; the domain model decides."
    ] = False

    task_time_limit_s: Annotated[Seconds, "A step that takes longer is killed."] = 900.0
    task_soft_time_limit_s: Annotated[Seconds, "A step that takes longer is asked to stop."] = 840.0
    visibility_timeout_s: Annotated[
        int, Between(1, 7 * DAY_S), "After this long the broker delivers an unacknowledged message again."
    ] = 3600
    soft_shutdown_s: Annotated[
        float, Between(0, 3_600), "How long a worker that is told to stop lets running steps end."
    ] = 25.0
    watchdog_s: Annotated[
        Seconds,
        "A worker that claims nothing for this long, and for 1.5 x dispatched_timeout_s, though steps wait for it, "
        "ends and is started anew.",
    ] = 60.0
    max_memory_per_child_kb: Annotated[
        int, Between(100_000, 100_000_000), "A worker's child that grew beyond this is replaced after its step."
    ] = 512_000
    max_tasks_per_child: Annotated[
        int, Between(1, 1_000_000), "A worker's child is replaced after this many steps."
    ] = 2_000
    autoscale_age_s: Annotated[
        Seconds, "`orchestrator up --autoscale` starts a worker when a step has been ready for longer than this."
    ] = 5.0
    autoscale_quiet_s: Annotated[Seconds, "It stops a worker when one less would have been enough for this long."] = (
        60.0
    )

    health_host: Annotated[
        str, Matching(r"\S+", "an address or a host name"), "Address on which a worker answers for its health."
    ] = "127.0.0.1"
    health_port: Annotated[
        int,
        Between(0, 65_535),
        "Port on which a worker answers for its health; 0: 8001 for a creator, 8002 for a validator. "
        "A free one where that is taken.",
    ] = 0
    health_connect_s: Annotated[Seconds, "How long a health check waits for a connection."] = 1.0
    health_read_s: Annotated[Seconds, "How long a health check waits for the answer."] = 2.0
    breaker_failures: Annotated[Count, "A worker that failed this many health checks in a row gets no more steps."] = 3
    breaker_open_s: Annotated[Seconds, "How long until it is tried again; doubles with each failure."] = 30.0
    breaker_open_cap_s: Annotated[Seconds, "Longest time until it is tried again."] = 120.0
    quarantine_s: Annotated[
        Seconds, "A worker whose breaker opened twice gets no steps for this long once it answers; doubles each time."
    ] = 60.0
    quarantine_cap_s: Annotated[
        Seconds, "Longest such time; a worker whose breaker stayed closed for so long starts anew."
    ] = 900.0
    creator_agent_url: Annotated[
        tuple[str, ...],
        HttpUrls(),
        Named("CREATOR_AGENT_URL"),
        "Creators that do not register themselves: their health is checked and shown.",
    ] = ()
    validator_agent_url: Annotated[
        tuple[str, ...], HttpUrls(), Named("VALIDATOR_AGENT_URL"), "Validators that do not register themselves."
    ] = ()

    outgoing_allow: Annotated[
        tuple[str, ...],
        HostsOrNetworks(),
        "Hosts and networks that URLs of users may lead to although they are not public, on any port.",
    ] = ()
    outgoing_ports: Annotated[tuple[str, ...], Ports(), "Ports of public hosts that URLs of users may name."] = (
        "80",
        "443",
        "8080",
        "8443",
    )
    outgoing_connect_s: Annotated[Seconds, "How long a call to a URL of a user waits for a connection."] = 5.0
    outgoing_read_s: Annotated[Seconds, "How long such a call waits for each part of the answer."] = 10.0

    neo4j_uri: Annotated[
        str,
        Matching(r"((neo4j|bolt)(\+s|\+ssc)?://[^\s@]+)?", "a URI like neo4j://host:7687 or bolt+s://host:7687"),
        Named("NEO4J_URI"),
        "The Neo4j that holds the graph for reading. Empty: it is read from PostgreSQL's tables, which hold it anyhow.",
    ] = ""
    neo4j_username: Annotated[
        str,
        Named("NEO4J_USERNAME"),
        Matching(r"[!-~]{1,100}", "1-100 visible ASCII characters"),
        "Who logs in there.",
    ] = "neo4j"
    neo4j_password: Annotated[
        str,
        Secret(),
        Named("NEO4J_PASSWORD"),
        Matching(r"[!-~]{0,200}", "visible ASCII characters, at most 200"),
        "With which password; empty: without a login.",
    ] = field(default="", repr=False)
    neo4j_database: Annotated[
        str,
        Named("NEO4J_DATABASE"),
        Matching(r"([A-Za-z][A-Za-z0-9.-]{0,62})?", "a letter and at most 62 letters, digits, dots or hyphens"),
        "Which database there; empty: the user's own.",
    ] = ""
    neo4j_connect_s: Annotated[Seconds, "How long a call of Neo4j waits for a connection."] = 5.0
    neo4j_total_s: Annotated[Seconds, "How long such a call may take, all in all."] = 30.0
    neo4j_update_interval_s: Annotated[
        Seconds, "How often a worker sees whether Neo4j has got everything; usually it gets it at once."
    ] = 30.0

    webhook_timeout_s: Annotated[Seconds, "How long an endpoint may take for one delivery, all in all."] = 15.0
    webhook_retry_scale: Annotated[
        float, Between(0.0001, 10), "The waits between the attempts of a delivery, as a multiple of the usual ones."
    ] = 1.0
    webhook_disable_after_s: Annotated[
        float, Between(0.01, 30 * DAY_S), "A webhook that has failed for this long is disabled."
    ] = 3 * DAY_S
    event_streams: Annotated[
        int, Between(1, 2_000), "Streams of events that one process of the API serves at once, beside other requests."
    ] = 200
    event_stream_s: Annotated[Seconds, "A stream of events is closed after this long; clients go on in another."] = (
        600.0
    )
    event_heartbeat_s: Annotated[Seconds, "How often a stream says that it lives where nothing happens."] = 15.0

    database_pool: Annotated[int, Between(1, 200), "Connections that one process keeps to the database."] = 5
    database_pool_wait_s: Annotated[
        Seconds, "How long a request waits for one of these connections before it is turned away with 503."
    ] = 5.0
    statement_timeout_s: Annotated[Seconds, "A statement that takes longer is ended by the database."] = 60.0
    lock_timeout_s: Annotated[Seconds, "A statement that waits longer for a lock is ended by the database."] = 10.0

    @property
    def document_memory_bytes(self) -> int:
        """What reading one document may take."""
        return int(self.document_memory_factor * self.max_memory_per_child_kb * 1000)

    @property
    def key_prefix(self) -> str:
        """Of every key in Redis."""
        return f"orchestrator:{self.environment}:"


# The first setting of each group, in the order of the fields.
HEADINGS = {
    "database_url": "Servers and this installation",
    "api_host": "REST API and documents",
    "key_cache_s": "Who may call",
    "heartbeat_s": "Steps, leader and jobs",
    "part_characters": "Reading and validating",
    "llm_base_url": "Language models",
    "task_time_limit_s": "Worker processes",
    "health_host": "Workers' health",
    "outgoing_allow": "Calls to URLs of users",
    "neo4j_uri": "Graph in Neo4j",
    "webhook_timeout_s": "Webhooks and streams of events",
    "database_pool": "Database connections",
}
