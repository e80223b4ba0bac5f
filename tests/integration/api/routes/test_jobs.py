"""/jobs through the real application on a real database."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text

from orchestrator.domain.job import JobStatus
from orchestrator.storage import jobs
from orchestrator.storage.models import Job

NOBODY = "3f8a6f2e-1111-4222-8333-444455556666"
DOCUMENT = b"The operator shall keep records for ten years.\n"


def form(**fields: Any) -> dict[str, Any]:
    return {"prompt": "Which duties are there?", "document": (io.BytesIO(DOCUMENT), "rules.txt")} | fields


def post_form(call: Any, **fields: Any) -> Any:
    return call("POST", "/jobs", data=form(**fields), content_type="multipart/form-data")


def assert_nothing_stored(stage: Any) -> None:
    assert [stage.count(table) for table in ("jobs", "documents", "steps", "job_events")] == [0, 0, 0, 0]


def test_submitting_a_file_answers_with_the_job_and_where_it_is(call: Any, stage: Any) -> None:
    answer = post_form(call, priority="7", tags=["a", "b"], context='{"case": {"n": 1}}', scope="Rz. 1-3")

    assert answer.status_code == 202
    job = answer.get_json()
    assert answer.headers["Location"] == f"/jobs/{job['id']}" == job["links"]["self"]
    assert answer.headers["ETag"] == '"1"'
    assert (job["status"], job["priority"], job["tags"], job["scope"]) == ("created", 7, ["a", "b"], "Rz. 1-3")
    assert job["context"] == {"case": {"n": 1}}
    assert job["document"]["file_name"] == "rules.txt"
    assert job["document"]["media_type"] == "text/plain"
    assert job["requirements"] == dict.fromkeys(
        ("total", "pending", "validating", "integrated", "rejected", "failed"), 0
    )
    assert job["error"] is None


def test_submitting_writes_step_and_event_with_the_job(call: Any, stage: Any) -> None:
    job = call.submit(priority=3)

    (step,) = stage.rows("SELECT * FROM steps")
    assert (str(step.job_id), step.kind, step.queue, step.state, step.priority) == (
        job["id"], "read", "creator", "pending", 3,
    )  # fmt: skip
    (event,) = stage.rows("SELECT * FROM job_events")
    assert (event.seq, event.type) == (1, "job.created")


def test_without_a_document_prompt_and_text_are_the_document(call: Any, stage: Any) -> None:
    job = call.submit(prompt="Check this.", context={"text": "The user must log in.", "case": 7})

    assert job["document"]["file_name"] == "prompt.txt"
    assert job["context"] == {"case": 7}
    bytes_back = call("GET", f"/jobs/{job['id']}/document")
    assert bytes_back.data == b"Check this.\n\nThe user must log in.\n"


def test_a_stored_document_serves_later_jobs(call: Any, stage: Any) -> None:
    stored = call("POST", "/documents", data={"document": (io.BytesIO(DOCUMENT), "x.md")}).get_json()

    job = call.submit(document_id=stored["id"], file_name="shown.md")
    unnamed = call.submit(document_id=stored["id"])

    assert job["document"] == stored | {"file_name": "shown.md"}
    assert unnamed["document"]["media_type"] == "text/plain"
    assert stage.count("documents") == 1


def test_the_same_bytes_are_stored_once(call: Any, stage: Any) -> None:
    first, second = (post_form(call, deduplicate="false").get_json() for _ in range(2))

    assert first["id"] != second["id"]
    assert first["document"]["id"] == second["document"]["id"]
    assert stage.count("document_chunks") == 1


def test_the_request_id_is_the_correlation_id(call: Any) -> None:
    answer = call("POST", "/jobs", json={"prompt": "x"}, headers={"X-Request-ID": "run-42"})

    assert answer.headers["X-Request-ID"] == "run-42" == answer.get_json()["correlation_id"]


BAD_BODIES = [
    ({}, "/prompt"),
    ({"prompt": ""}, "/prompt"),
    ({"prompt": " \n\t"}, "/prompt"),
    ({"prompt": None}, "/prompt"),
    ({"prompt": 5}, "/prompt"),
    ({"prompt": "x" * 20_001}, "/prompt"),
    ({"prompt": "a\x00b"}, "/prompt"),
    ({"prompt": "a\ud800b"}, "/prompt"),
    ({"prompt": "x", "priority": 10}, "/priority"),
    ({"prompt": "x", "priority": -1}, "/priority"),
    ({"prompt": "x", "priority": 1.5}, "/priority"),
    ({"prompt": "x", "priority": True}, "/priority"),
    ({"prompt": "x", "priority": "high"}, "/priority"),
    ({"prompt": "x", "engine": "magic"}, "/engine"),
    ({"prompt": "x", "token_budget": 0}, "/token_budget"),
    ({"prompt": "x", "on_error": "ignore"}, "/on_error"),
    ({"prompt": "x", "scope": ""}, "/scope"),
    ({"prompt": "x", "scope": "y" * 501}, "/scope"),
    ({"prompt": "x", "tags": "a"}, "/tags"),
    ({"prompt": "x", "tags": ["a"] * 21}, "/tags"),
    ({"prompt": "x", "tags": ["ok", "a\nb"]}, "/tags/1"),
    ({"prompt": "x", "tags": ["ok", "\ud800"]}, "/tags/1"),
    ({"prompt": "x", "context": []}, "/context"),
    ({"prompt": "x", "context": {"k\x00": 1}}, "/context"),
    ({"prompt": "x", "context": {"a": [{"b": "\udfff"}]}}, "/context"),
    ({"prompt": "x", "context": {"a": "y" * 70_000}}, "/context"),
    ({"prompt": "x", "context": {"text": 5}}, "/context/text"),
    ({"prompt": "x", "context": {"text": "y" * 1_000_001}}, "/context/text"),
    ({"prompt": "x", "document_id": "123"}, "/document_id"),
    ({"prompt": "x", "document_id": 5}, "/document_id"),
    ({"prompt": "x", "document": "text"}, "/document"),
    ({"prompt": "x", "file_name": "a.txt"}, "/file_name"),
    ({"prompt": "x", "unknown": 1}, "/unknown"),
    ({"prompt": "x", "a/b~c": 1}, "/a~1b~0c"),
    ([], ""),
    ("text", ""),
]


@pytest.mark.parametrize(("body", "pointer"), BAD_BODIES)
def test_a_bad_body_is_refused_by_pointer_and_nothing_is_stored(call: Any, stage: Any, body: Any, pointer: str) -> None:
    answer = call("POST", "/jobs", data=json.dumps(body), content_type="application/json")

    problem = answer.get_json()
    assert (answer.status_code, answer.content_type, problem["code"]) == (422, "application/problem+json", "invalid")
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert_nothing_stored(stage)


BROKEN_JSON = [
    b"",
    b"{",
    b'{"prompt": "x",}',
    b'{"prompt": "\xff"}',
    b'{"prompt": "x", "context": {"a": NaN}}',
    b'{"prompt": "x", "context": {"a": 1e999}}',
    b'{"prompt": "x", "context": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"prompt": "x", "context": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    b'{"prompt": "x", "priority": ' + b"9" * 5_000 + b"}",
    b"null",
]


@pytest.mark.parametrize("body", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
def test_broken_json_is_a_bad_request(call: Any, stage: Any, body: bytes) -> None:
    answer = call("POST", "/jobs", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["code"]) == (400, "broken_json"), answer.text
    assert_nothing_stored(stage)


def test_nesting_within_the_limit_of_json_but_not_of_context(call: Any) -> None:
    body = b'{"prompt": "x", "context": ' + b'{"a":' * 17 + b"1" + b"}" * 17 + b"}"

    answer = call("POST", "/jobs", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/context")


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 60_000_000)
    return packed.getvalue()


BAD_UPLOADS = [
    ("a.txt", b"", 422),
    ("a.pdf", b"plain text and nothing else, for sure", 422),
    ("a.docx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", 422),
    ("a.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", 422),
    ("a.exe", b"MZ\x90\x00\x03", 415),
    ("noending", b"text", 415),
    ("a.txt", b"x" * 3_000_001, 413),
    ("a.docx", zip_bomb(), 422),
    ("a.txt", b"a\x00b\xff\xfe binary", 422),
]


@pytest.mark.parametrize(("name", "data", "status"), BAD_UPLOADS, ids=range(len(BAD_UPLOADS)))
def test_a_bad_upload_is_refused_and_nothing_is_stored(
    call: Any, stage: Any, name: str, data: bytes, status: int
) -> None:
    answer = post_form(call, document=(io.BytesIO(data), name))

    problem = answer.get_json()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), problem
    assert problem["detail"]
    assert_nothing_stored(stage)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"document": "no file"}, "/document"),
        ({"document": (io.BytesIO(b"x"), "")}, "/document"),
        ({"document": (io.BytesIO(b"x"), "n" * 256 + ".txt")}, "/document"),
        ({"prompt": ["a", "b"]}, "/prompt"),
        ({"prompt": "a\x00b"}, "/prompt"),
        ({"context": "{"}, "/context"),
        ({"context": '{"a": "\\ud800"}'}, "/context"),
        ({"priority": "five"}, "/priority"),
        ({"stuck_after_minutes": "five"}, "/stuck_after_minutes"),
        ({"document_id": "3f8a6f2e-1111-4222-8333-444455556666"}, "/document_id"),
        ({"unknown": "1"}, "/unknown"),
        ({"other": (io.BytesIO(b"x"), "b.txt")}, "/other"),
    ],
)
def test_a_bad_form_is_refused_by_pointer(call: Any, stage: Any, fields: dict[str, Any], pointer: str) -> None:
    answer = post_form(call, **fields)

    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
    assert_nothing_stored(stage)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'name="prompt"\r\n\r\ncut off', 400),
        (b'name="document"; filename="\xff.txt"\r\n\r\nx\r\n--b--\r\n', 400),
        (b"name=\"document\"; filename*=UTF-8''a%00.txt\r\n\r\nx\r\n--b--\r\n", 422),
    ],
)
def test_a_broken_form_is_refused(call: Any, stage: Any, body: bytes, status: int) -> None:
    whole = b"--b\r\nContent-Disposition: form-data; " + body

    answer = call("POST", "/jobs", data=whole, content_type="multipart/form-data; boundary=b")

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert_nothing_stored(stage)


def test_the_file_name_is_no_path(call: Any) -> None:
    job = post_form(call, document=(io.BytesIO(DOCUMENT), "../..\\etc/passwd.txt")).get_json()

    assert job["document"]["file_name"] == "passwd.txt"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_body_type_is_unsupported(call: Any, stage: Any, content_type: str) -> None:
    answer = call("POST", "/jobs", data=b"prompt=x", content_type=content_type)

    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_type")


def test_a_body_over_the_limit_is_too_large(call: Any, stage: Any) -> None:
    whole = post_form(call, document=(io.BytesIO(b"x" * 12_000_000), "a.txt"))
    as_json = call("POST", "/jobs", data=b'"' + b"x" * 8_000_001 + b'"', content_type="application/json")

    assert [(a.status_code, a.get_json()["code"]) for a in (whole, as_json)] == [(413, "too_large")] * 2
    assert_nothing_stored(stage)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"prompt": "x", "tags": ["t"] * 48}, 422),  # 50 parts: counted as tags, of which there are fewer
        ({"prompt": "x", "tags": ["t"] * 49}, 413),
        ({"prompt": "x" * 8_000_001}, 413),
        ({"prompt": "x", "context": "[" * 33 + "]" * 33}, 422),
        ({"prompt": "x", "context": '{"a":' * 17 + "1" + "}" * 17}, 422),
    ],
    ids=["parts", "too many parts", "too large a field", "too deep", "too deep a context"],
)
def test_forms_are_bounded(call: Any, stage: Any, form: dict[str, Any], status: int) -> None:
    answer = post_form(call, **form)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert_nothing_stored(stage)


def test_the_depth_of_json_is_bounded(call: Any, stage: Any) -> None:
    for depth, status in ((33, 400), (100_000, 400), (31, 422)):  # 31 below the body itself: JSON, but no context
        body = '{"prompt": "x", "context": ' + '{"a":' * (depth - 1) + "1" + "}" * (depth - 1) + "}"
        answer = call("POST", "/jobs", data=body, content_type="application/json")
        assert answer.status_code == status, (depth, answer.text)
    assert_nothing_stored(stage)


def test_an_unknown_document_is_not_found(call: Any, stage: Any) -> None:
    answer = call("POST", "/jobs", json={"prompt": "x", "document_id": str(uuid4())})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert stage.count("jobs") == 0


PATHS = [
    "", "/progress", "/steps", "/events", "/requirements", "/requirements/R-ABCDEFGH23", "/statistics", "/coverage",
    "/report", "/document",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("job_id", "status"), [(NOBODY, 404), ("123", 422), ("%00", 422), ("1e4567", 422)])
def test_unknown_and_malformed_ids(call: Any, path: str, job_id: str, status: int) -> None:
    answer = call("GET", f"/jobs/{job_id}{path}")

    assert answer.status_code == status
    assert answer.get_json()["code"] == {404: "not_found", 422: "invalid"}[status]


def test_showing_a_job_counts_its_requirements(call: Any, stage: Any) -> None:
    job = call.submit()
    for number, status in enumerate(["pending", "integrated", "integrated", "rejected", "failed"], 1):
        stage.requirement(job["id"], number, status=status)

    answer = call("GET", f"/jobs/{job['id']}")

    assert answer.headers["ETag"] == '"1"'
    assert answer.get_json()["requirements"] == {
        "total": 5, "pending": 1, "validating": 0, "integrated": 2, "rejected": 1, "failed": 1,
    }  # fmt: skip


def test_a_job_shows_its_coverage_in_numbers(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.run("""UPDATE jobs SET coverage = '{"duty_sentences": 9, "uncited": 1, "gaps": [{"quote": "x"}]}'""")

    assert call("GET", f"/jobs/{job_id}").get_json()["coverage"] == {"duty_sentences": 9, "uncited": 1}


def test_a_waiting_job_says_what_for(call: Any, stage: Any) -> None:
    job = call.submit()
    assert job["waiting_for"] == "capacity"

    agent = {"id": "a-1", "kind": "creator", "host": "h", "pid": 1, "slots": 2, "version": "0"}
    stage.orchestrator.agents.register(agent)
    assert call("GET", f"/jobs/{job['id']}").get_json()["waiting_for"] is None

    stage.run("UPDATE steps SET state = 'waiting', not_before = now() + interval '1 minute'")
    shown = call("GET", f"/jobs/{job['id']}").get_json()
    assert shown["waiting_for"] == "retry"
    assert shown["waiting_until"] > shown["created_at"]


def test_pages_of_jobs_have_each_job_once_the_newest_first(call: Any) -> None:
    ids = [call.submit(prompt=f"job {number}")["id"] for number in range(7)]

    seen: list[str] = []
    path = "/jobs?limit=3"
    while path:
        answer = call("GET", path)
        seen += [job["id"] for job in answer.get_json()["items"]]
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""

    assert seen == ids[::-1]


def test_jobs_are_filtered_by_status(call: Any) -> None:
    kept, gone = call.submit()["id"], call.submit()["id"]
    call("DELETE", f"/jobs/{gone}")

    def listed(status: str) -> list[str]:
        return [job["id"] for job in call("GET", f"/jobs?status={status}").get_json()["items"]]

    assert listed("pending") == listed("created") == [kept]
    assert listed("cancelled") == [gone]
    assert listed("cancelled,created") == [gone, kept]
    assert listed("failed") == []


@pytest.fixture
def four(call: Any, stage: Any) -> list[str]:
    """Four jobs, a day apart, the first one the oldest."""
    wishes: list[dict[str, Any]] = [
        {"prompt": "Which duties has a lessor?", "priority": 9, "tags": ["law", "car"], "context": {"case": 7}},
        {"prompt": "100 % of what must be kept?", "priority": 1, "tags": ["law"]},
        {
            "prompt": "Which records_of the year?",
            "priority": 5,
            "tags": ["car", "new,old"],
            "context": {"case": "7", "at": {"site": "B"}},
        },
        {"prompt": "WHICH Duties remain?", "priority": 5, "context": {"at": {"open": True}}},
    ]
    ids = [call.submit(**wish)["id"] for wish in wishes]
    for days, job_id in enumerate(reversed(ids)):
        day = "timestamptz '2026-03-10 12:00+00' - make_interval(days => :days)"
        stage.run(f"UPDATE jobs SET created_at = {day} WHERE id = :id", days=days, id=job_id)  # noqa: S608 - names of the test, no input
    stage.run("UPDATE jobs SET owner = 'bob' WHERE id = :id", id=ids[1])
    stage.requirement(ids[1], 1, requirement_text="Der Vermieter prüft das Alter des Kunden.")
    return ids


FILTERS = [
    ("q=duties", [3, 0]),
    ("q=duty", [3, 0]),
    ("q=duty%20-lessor", [3]),
    ("q=%22which%20duties%22", [3, 0]),
    ("q=records_of", [2]),
    ("q=vermieters", [1]),
    ("q=%25", []),
    ("q=s_o", []),
    ("q=%5C", []),
    ("q=%22%26%7C!%3A*()%3C-%3E%20-", []),
    ("context.case=7", [2, 0]),
    ("context.case=%227%22", []),
    ("context.case=7&context.at.site=B", [2]),
    ("context.at.open=true", [3]),
    ("context.at.open=false", []),
    ("context.at=B", []),
    ("context.case=7&q=duties", [0]),
    ("q=prompt.txt", [3, 2, 1, 0]),
    ("owner=bob", [1]),
    ("owner=bo", []),
    ("priority=5", [3, 2]),
    ("tags=law", [1, 0]),
    ("tags=car,law", [0]),
    ("created_after=2026-03-09", [3, 2]),
    ("created_after=2026-03-09T12:00:00Z", [3, 2]),
    ("created_after=2026-03-09T12:00:00.000001Z", [3]),
    ("created_before=2026-03-09T12:00:00Z", [1, 0]),
    ("created_after=2026-03-08T13:00:00%2B01:00&created_before=2026-03-09T00:00:00", [1]),
    ("sort=created_at", [0, 1, 2, 3]),
    ("sort=-priority", [0, 3, 2, 1]),
    ("sort=priority", [1, 2, 3, 0]),
    ("q=duties&priority=9&status=created&sort=created_at", [0]),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters_and_orders(call: Any, four: list[str], query: str, expected: list[int]) -> None:
    seen: list[str] = []
    path = f"/jobs?limit=1&{query}"
    while path:
        answer = call("GET", path)
        seen += [job["id"] for job in answer.get_json()["items"]]
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""

    assert [four.index(job_id) for job_id in seen] == expected


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({"context": ((("case",), "7"),)}, "ix_jobs_context"),
        ({"tags": ("law",)}, "ix_jobs_tags"),
        ({"q": "duty"}, "ix_jobs_search"),
        ({"q": "duty"}, "ix_requirements_search"),
    ],
)
def test_filters_by_content_use_their_indexes(stage: Any, wanted: dict[str, Any], index: str) -> None:
    statement = select(Job.owner).where(*jobs.conditions(jobs.JobFilter(**wanted)))
    with stage.sessions() as session:
        for other in ("seqscan", "indexscan", "indexonlyscan"):  # which a small table is read by, as its statistics are
            session.execute(text(f"SET LOCAL enable_{other} = off"))
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: (f"EXPLAIN {told[2]}", told[3]), retval=True)
        plan = connection.execute(statement).scalars().all()

    assert any(index in line for line in plan), plan


@pytest.mark.parametrize(
    "query",
    ["context.=1", "context.a..b=1", "context.a=%00", "context.a=" + "x" * 201, "context.a.b.c.d.e.f.g.h.i=1",
     "context=1", "&".join(f"context.a{n}=1" for n in range(6))],
)  # fmt: skip
def test_a_bad_context_filter_is_refused(call: Any, query: str) -> None:
    assert call("GET", f"/jobs?{query}").status_code == 422


def test_jobs_of_a_document(call: Any) -> None:
    one, other = call.submit(prompt="one"), call.submit(prompt="other")

    (found,) = call("GET", f"/jobs?document={other['document']['id']}").get_json()["items"]

    assert found["id"] == other["id"] != one["id"]


def test_what_is_pending_for_an_agent(call: Any, stage: Any) -> None:
    """New, at work with open steps of the creator, at work with open steps of the validator, ended."""
    new, read, judged, ended = (call.submit()["id"] for _ in range(4))
    stage.run("UPDATE jobs SET status = 'processing' WHERE id IN (:a, :b)", a=read, b=judged)
    stage.run("UPDATE steps SET queue = 'validator', kind = 'validate' WHERE job_id = :id", id=judged)
    stage.end(ended)

    def listed(query: str) -> set[str]:
        return {job["id"] for job in call("GET", f"/jobs?{query}").get_json()["items"]}

    assert listed("status=pending") == {new}
    assert listed("status=pending&agent=creator") == listed("agent=creator") == {new, read}
    assert listed("status=pending&agent=validator") == {judged}
    assert listed("status=processing&agent=creator") == {read}
    pending = stage.orchestrator.job_manager.pending
    assert {str(view.job.id) for view in pending()} == {new}
    assert {str(view.job.id) for view in pending(agent="creator")} == {new, read}
    assert {str(view.job.id) for view in pending(agent="validator")} == {judged}


def test_a_list_item_leaves_out_the_large_fields(call: Any) -> None:
    call.submit(context={"a": 1})

    (item,) = call("GET", "/jobs").get_json()["items"]

    assert not {"context", "brief", "statistics", "coverage"} & set(item)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1.5", "status=done", "status=created,,", "cursor=", "cursor=abc",
     "cursor=%00", "cursor=" + "a" * 1001, "cursor=Z%C3%A9", "foo=1", "limit=%27%3B--", "q=", "q=%20", "q=%00",
     "q=" + "x" * 201, "owner=", "priority=10", "priority=-1", "priority=high", "tags=a,,b",
     "tags=" + ",".join("a" * 21), "sort=owner", "sort=", "agent=maintenance", "agent=", "document=1",
     "created_after=yesterday", "created_after=", "created_before=2026-13-01", "created_before=2026-02-30T00:00:00Z",
     "created_after=9999-12-31T23:59:59-14:00", "created_after=2026-03-02&created_before=2026-03-01"],
)  # fmt: skip
def test_a_bad_query_is_refused(call: Any, query: str) -> None:
    answer = call("GET", f"/jobs?{query}")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.text
    assert answer.get_json()["errors"][0]["parameter"]


@pytest.mark.parametrize(
    "other", ["status=created", "q=x", "owner=admin", "priority=5", "tags=a", "sort=created_at", "agent=creator",
              "created_after=2026-01-01", "context.a=1"],
)  # fmt: skip
def test_a_cursor_belongs_to_its_filters(call: Any, other: str) -> None:
    for _ in range(2):
        call.submit()
    cursor = call("GET", "/jobs?limit=1").get_json()["next_cursor"]

    answer = call("GET", f"/jobs?limit=1&{other}&cursor={cursor}")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "cursor")


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/cancel")])
def test_cancelling_keeps_what_is_integrated_and_drops_what_is_open(
    call: Any, stage: Any, method: str, path: str
) -> None:
    job_id = call.submit()["id"]
    for number, status in enumerate(["pending", "integrated", "rejected", "pending"], 1):
        stage.requirement(job_id, number, status=status)

    answer = call(method, f"/jobs/{job_id}{path}")

    job = answer.get_json()
    assert (answer.status_code, answer.headers["ETag"]) == (202, f'"{job["version"]}"')
    assert (job["status"], job["version"]) == ("cancelled", 2)
    assert job["requirements"]["integrated"] == job["requirements"]["rejected"] == 1
    assert job["requirements"]["total"] == 2
    steps = stage.rows("SELECT kind, state FROM steps ORDER BY id")
    assert [tuple(step) for step in steps] == [("read", "cancelled"), ("report", "pending")]
    events = [row.type for row in stage.rows("SELECT type FROM job_events ORDER BY seq")]
    assert events == ["job.created", "job.cancelled"]
    stage.report(job_id)
    assert "2 requirements not yet validated were dropped" in call("GET", f"/jobs/{job_id}/report").text


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [("", 428, "precondition_required"), ('"1"', 412, "stale"), ('"3"', 412, "stale"), ('W/"2"', 412, "stale"),
     ('"2", "9"', 412, "stale"), ('"' + "9" * 5000 + '"', 412, "stale"), ('"2"', 202, None), ("*", 202, None)],
)  # fmt: skip
def test_a_job_is_deleted_in_the_version_that_was_seen(
    call: Any, stage: Any, tag: str, status: int, code: str | None
) -> None:
    job_id = call.submit()["id"]
    stage.run("UPDATE jobs SET status = 'processing', version = 2")

    answer = call("DELETE", f"/jobs/{job_id}", headers={"If-Match": tag})

    assert (answer.status_code, answer.get_json().get("code")) == (status, code)
    if status == 412:
        assert answer.get_json()["details"] == {"version": 2}
    ended = call("GET", f"/jobs/{job_id}").get_json()["status"] == "cancelled"
    assert ended == (status == 202)


ALLOWED = {"created": ["cancel"], "processing": ["cancel"], "completed": [], "failed": ["retry"], "cancelled": []}


@pytest.mark.parametrize(
    ("method", "path", "action", "to"),
    [("DELETE", "", "cancel", "cancelled"), ("POST", "/cancel", "cancel", "cancelled"),
     ("POST", "/retry", "retry", "processing")],
)  # fmt: skip
@pytest.mark.parametrize("status", list(ALLOWED))
def test_cancel_and_retry_in_every_status(
    call: Any, stage: Any, status: str, method: str, path: str, action: str, to: str
) -> None:
    job_id = call.submit()["id"]
    if status == "processing":
        stage.run("UPDATE jobs SET status = 'processing'")
    elif status != "created":
        stage.end(job_id, JobStatus(status))
    if status == "failed":
        stage.run("UPDATE steps SET state = 'dead' WHERE kind = 'read'")
        stage.run("UPDATE jobs SET creator_status = 'failed'")

    answer = call(method, f"/jobs/{job_id}{path}")

    if action in ALLOWED[status]:
        assert (answer.status_code, answer.get_json()["status"]) == (202, to)
        assert answer.headers["ETag"] == f'"{answer.get_json()["version"]}"'
        return
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "invalid_transition")
    assert (problem["details"]["status"], problem["details"]["allowed"]) == (status, ALLOWED[status])
    assert call("GET", f"/jobs/{job_id}").get_json()["status"] == status


def test_cleaning_up_goes_with_the_cancel_or_after_the_end(call: Any, stage: Any) -> None:
    live, ended = call.submit()["id"], call.submit()["id"]
    stage.end(ended)

    assert call("DELETE", f"/jobs/{live}?cleanup=true").get_json()["status"] == "cancelled"
    answer = call("DELETE", f"/jobs/{ended}?cleanup=true")

    assert (answer.status_code, answer.get_json()["status"]) == (202, "completed")
    assert answer.get_json()["cleaned_up_at"] is not None
    assert call("DELETE", f"/jobs/{ended}?cleanup=perhaps").status_code == 422
    assert call("DELETE", f"/jobs/{ended}").status_code == 409


def test_statistics_count_in_every_way(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    for number, status in enumerate(["integrated", "rejected", "pending"], 1):
        stage.requirement(job_id, number, status=status)

    found = call("GET", f"/jobs/{job_id}/statistics").get_json()

    assert found["total"] == 3
    assert found["status"] == {"pending": 1, "validating": 0, "integrated": 1, "rejected": 1, "failed": 0}
    assert (found["type"]["legal"], found["modality"]["obligation"], found["priority"]["high"]) == (3, 3, 3)
    assert found["locator"][0] == {
        "locator": "Rz. 1", "total": 1, "pending": 0, "integrated": 1, "rejected": 0, "failed": 0,
    }  # fmt: skip


def test_progress_counts_parts_and_tells_the_queue_position(call: Any) -> None:
    first, second = call.submit()["id"], call.submit()["id"]

    progress = call("GET", f"/jobs/{second}/progress").get_json()

    assert progress["percent"] == 0
    assert progress["parts"] == {"done": 0, "total": 1}
    assert progress["steps"] == {"done": 0, "open": 1, "dead": 0, "cancelled": 0}
    assert progress["waiting_for"] == "capacity"
    assert (progress["queue_position"], progress["eta_s"]) == (2, None)
    assert call("GET", f"/jobs/{first}/progress").get_json()["queue_position"] == 1


def test_progress_of_the_validator_comes_from_requirements(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.created(job_id)
    for number, status in enumerate(["integrated", "rejected", "pending", "pending"], 1):
        stage.requirement(job_id, number, status=status)
    stage.run("UPDATE jobs SET started_at = now() - interval '10 s'")

    progress = call("GET", f"/jobs/{job_id}/progress").get_json()

    assert progress["percent"] == 80
    assert progress["elapsed_s"] >= 10
    assert progress["eta_s"]["low"] < progress["elapsed_s"] * 0.2 / 0.8 < progress["eta_s"]["high"]
    stage.end(job_id)
    assert call("GET", f"/jobs/{job_id}/progress").get_json()["percent"] == 100


def test_a_failed_job_tells_code_message_and_details(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.end(job_id, JobStatus.FAILED, code="encrypted", message="The PDF is encrypted.", step_id=5)

    job = call("GET", f"/jobs/{job_id}").get_json()

    assert job["error"] == {"code": "encrypted", "message": "The PDF is encrypted.", "details": {"step_id": 5}}


@pytest.mark.parametrize("name", ["rules.txt", "Grundsätze (neu).txt", 'a"b;c.txt', "日本.txt"])
def test_the_document_comes_back_as_an_attachment(call: Any, name: str) -> None:
    job_id = post_form(call, document=(io.BytesIO(DOCUMENT), name)).get_json()["id"]

    answer = call("GET", f"/jobs/{job_id}/document")

    assert answer.data == DOCUMENT
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_length == len(DOCUMENT)


def test_a_large_document_comes_back_in_chunks(call: Any, stage: Any) -> None:
    text = b"line\n" * 500_000
    job_id = post_form(call, document=(io.BytesIO(text), "long.txt")).get_json()["id"]

    answer = call("GET", f"/jobs/{job_id}/document")

    assert stage.count("document_chunks") == 3
    assert answer.data == text
    assert call("HEAD", f"/jobs/{job_id}/document").data == b""
