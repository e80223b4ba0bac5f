"""One job through real processes: one id, one trace, one format of lines, numbers from everybody, Flower beside it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from orchestrator.stack.ports import free_port
from tests.integration.workers.collector import Collector, Span

KEY = "ro_test_abcd1234_0123456789abcdef0123456789abcdef"
ASKED_BY = "follow-me.0815"
TEXT = "The operator shall log every access. The operator must not delete a log entry within ten years."
LOGIN = ("watcher", "a-long-password")
PREFIX = "orchestrator_"


class Plant:
    """The processes, and the job that went through them."""

    def __init__(self, fleet: Any, collector: Collector) -> None:
        self.fleet = fleet
        self.collector = collector
        self.api_url = f"http://127.0.0.1:{free_port()}"
        self.leader_url = f"http://127.0.0.1:{free_port()}"
        self.flower_url = f"http://127.0.0.1:{free_port()}"
        self.job_id = ""

    def start(self) -> None:
        self.fleet.orchestrator.accounts.ensure_admin_key(KEY)
        port_of = {name: getattr(self, name).rpartition(":")[2] for name in ("api_url", "leader_url", "flower_url")}
        self.fleet.environment |= {
            "ORCHESTRATOR_OTLP_ENDPOINT": self.collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "ORCHESTRATOR_OUTGOING_ALLOW": "127.0.0.1",
            "ORCHESTRATOR_METRICS_DIR": str(self.fleet.failpoints.parent / "metrics"),
        }
        self.fleet.start("api", ORCHESTRATOR_API_PORT=port_of["api_url"], ORCHESTRATOR_API_PROCESSES="2")
        self.fleet.start("beat", "--health-port", port_of["leader_url"])
        self.fleet.start(
            "flower", "--port", port_of["flower_url"], "--url-prefix", "/flower",
            ORCHESTRATOR_FLOWER_LOGIN=":".join(LOGIN),
        )  # fmt: skip
        self.fleet.worker("creator", ORCHESTRATOR_SLOW_QUERY_S="0.0001")
        self.fleet.worker("validator")
        self.last = self.fleet.worker("maintenance")
        self.fleet.wait(lambda: answers(f"{self.api_url}/health"))
        assert self.call("POST", "/webhooks/callback-secret", json={}).ok

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {KEY}", "X-Request-ID": ASKED_BY}
        return requests.request(method, self.api_url + path, headers=headers, timeout=20, **options)

    def run_a_job(self) -> requests.Response:
        wish = {"prompt": "Which duties are there?", "context": {"text": TEXT}, "deduplicate": False}
        answer = self.call("POST", "/jobs", json=wish | {"callback_url": f"{self.collector.url}/told"})
        assert answer.status_code == 202, answer.text
        self.job_id = answer.json()["id"]
        self.fleet.wait_for_job(self.job_id, timeout_s=60)
        open_steps = "SELECT 1 FROM steps WHERE job_id = :id AND state NOT IN ('done', 'dead', 'cancelled')"
        self.fleet.wait(lambda: not self.fleet.rows(open_steps, id=self.job_id), timeout_s=60)
        return answer

    def worker_url(self, kind: str) -> str:
        return str(self.fleet.scalar("SELECT health_url FROM agents WHERE kind = :kind", kind=kind))

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What a process has logged; each line is one JSON object. A line that is being written is left out."""
        (log,) = self.fleet.failpoints.parent.glob(f"{name}*.log")
        return [json.loads(line) for line in log.read_text().rpartition("\n")[0].splitlines()]


def answers(url: str, **options: Any) -> bool:
    try:
        return bool(requests.get(url, timeout=5, **options).ok)
    except requests.RequestException:
        return False


@pytest.fixture
def plant(fleet: Any) -> Iterator[Plant]:
    collector = Collector()
    made = Plant(fleet, collector)
    try:
        made.start()
        yield made
    finally:
        collector.close()


def test_a_job_can_be_followed_through_all_processes(plant: Plant) -> None:
    answer = plant.run_a_job()

    check_one_id(plant, answer)
    check_one_format(plant)
    check_one_trace(plant)
    check_numbers(plant)
    check_flower(plant)
    check_last_lines(plant)


def check_one_id(plant: Plant, answer: requests.Response) -> None:
    fleet = plant.fleet
    assert answer.headers["X-Request-ID"] == ASKED_BY
    assert plant.call("GET", "/jobs/none").json()["request_id"] == ASKED_BY
    steps = fleet.rows("SELECT kind, correlation_id FROM steps WHERE job_id = :id", id=plant.job_id)
    assert {"read", "validate", "report", "deliver"} <= {row.kind for row in steps}
    assert {row.correlation_id for row in steps} == {ASKED_BY}
    events = plant.call("GET", f"/jobs/{plant.job_id}/events").json()["items"]
    assert {event["correlation_id"] for event in events} == {ASKED_BY}
    assert plant.collector.told
    assert {told["data"]["correlation_id"] for told in plant.collector.told} == {ASKED_BY}
    for name in ("worker-creator", "worker-validator", "worker-maintenance"):
        done = [
            line for line in plant.lines(name) if line["event"] == "step_done" and line["correlation_id"] == ASKED_BY
        ]
        assert done, name
        assert all(line["job_id"] == plant.job_id and line["step_id"] and line["agent_id"] for line in done)
    (asked,) = [line for line in plant.lines("api") if line["event"] == "request" and line["status"] == 202]
    assert asked["correlation_id"] == ASKED_BY


def check_one_format(plant: Plant) -> None:
    for name in ("api", "beat", "flower", "worker-creator", "worker-validator", "worker-maintenance"):
        lines = plant.lines(name)
        assert lines, name
        assert {line["service"] for line in lines} == {name.removeprefix("worker-")}
        assert all(line["level"] and line["timestamp"] and line["event"] for line in lines)
    slow = [line for line in plant.lines("worker-creator") if line["event"] == "slow_query"]
    assert slow
    assert any("correlation_id" in line for line in slow)
    assert not any("operator" in line["statement"] for line in slow), "a statement is shown without its values"
    assert any("%(" in line["statement"] for line in slow)
    assert not any(line.get("logger", "").startswith("alembic") for line in plant.lines("api"))


def check_one_trace(plant: Plant) -> None:
    spans = plant.collector.spans

    def submitted() -> Span | None:
        return next((span for span in spans if span.name == "POST /jobs"), None)

    def of_trace(service: str, name: str) -> list[Span]:
        first = submitted()
        return [s for s in spans if first and s.trace_id == first.trace_id and (s.service, s.name) == (service, name)]

    first = plant.fleet.wait(submitted)
    assert first.attributes["correlation_id"] == ASKED_BY
    read = plant.fleet.wait(lambda: of_trace("orchestrator-creator", "step read"))[0]
    assert read.parent_id == first.span_id
    plant.fleet.wait(lambda: of_trace("orchestrator-validator", "step validate"))
    assert any(span.parent_id == first.span_id for span in of_trace("orchestrator-api", "sql"))
    statements = [span for span in of_trace("orchestrator-creator", "sql") if span.parent_id == read.span_id]
    assert any("UPDATE steps SET state = 'done'" in str(span.attributes["db.statement"]) for span in statements)


def check_numbers(plant: Plant) -> None:
    creator = numbers(requests.get(f"{plant.worker_url('creator')}/metrics", timeout=10))
    assert creator['step_duration_seconds_count{kind="read",outcome="done"}'] == 1
    assert creator['step_wait_seconds_count{queue="creator"}'] == 1
    assert creator['pool_connections_in_use{service="creator"}'] >= 0
    leader = numbers(requests.get(f"{plant.leader_url}/metrics", timeout=10))
    assert leader['dispatcher_tick_seconds_count{cause="tick"}'] > 1
    assert requests.get(f"{plant.leader_url}/ready", timeout=10).status_code == 200
    assert requests.get(f"{plant.leader_url}/status", timeout=10).json()["leading"] is True
    seen = [numbers(plant.call("GET", "/metrics")) for _ in range(8)]  # whichever server process answers
    for found in seen:
        assert found['http_request_duration_seconds_count{method="POST",rule="/jobs",status="202"}'] == 1
        assert found["leader"] == 1
        assert found['breakers{kind="creator",state="open"}'] == 0
        assert found['agent_heartbeat_age_seconds{kind="creator"}'] < 60
        assert {"lease_expired_total", "republished_total", 'oldest_pending_seconds{queue="creator"}'} <= found.keys()
        assert found['steps{kind="read",queue="creator",state="pending"}'] == 0
        assert found['pool_connections_in_use{service="api"}'] >= 0
    places = sorted(path.name for path in (plant.fleet.failpoints.parent / "metrics").rglob("counter_*.db"))
    assert all(name.removeprefix("counter_").removesuffix(".db") in {"0", "1", "main"} for name in places), places


def numbers(answer: requests.Response) -> dict[str, float]:
    assert answer.status_code == 200, answer.text
    lines = (line.removeprefix(PREFIX).rpartition(" ") for line in answer.text.splitlines() if line.startswith(PREFIX))
    return {name: float(value) for name, _, value in lines}


def check_flower(plant: Plant) -> None:
    url = f"{plant.flower_url}/flower"
    plant.fleet.wait(lambda: answers(f"{url}/workers", auth=LOGIN), timeout_s=60)
    agents = [row.id for row in plant.fleet.rows("SELECT id FROM agents")]

    def page(path: str) -> str:
        return requests.get(url + path, auth=LOGIN, timeout=20).text

    plant.fleet.wait(lambda: all(agent in page("/workers") for agent in agents), timeout_s=60)
    plant.run_a_job()  # Flower shows what happens while it runs
    plant.fleet.wait(lambda: "workers.creator.read" in page(TASKS), timeout_s=60)
    assert requests.get(f"{url}/workers", timeout=20).status_code == 401
    for hidden in ("/metrics", "/healthcheck", "/api/workers", "/api/tasks"):
        assert requests.get(url + hidden, auth=LOGIN, timeout=20).status_code == 404
    assert requests.post(f"{url}/api/worker/shutdown/{agents[0]}", auth=LOGIN, timeout=20).status_code in (403, 404)


def check_last_lines(plant: Plant) -> None:
    plant.last.send_signal(signal.SIGTERM)
    plant.last.wait(timeout=60)
    assert "worker_stopping" in {line["event"] for line in plant.lines("worker-maintenance")}


TASKS = "/tasks/datatable?" + "&".join(
    f"{name}={value}"
    for name, value in {
        "draw": 1, "start": 0, "length": 50, "search[value]": "", "order[0][column]": 0, "order[0][dir]": "asc",
        "columns[0][data]": "name",
    }.items()
)  # fmt: skip
