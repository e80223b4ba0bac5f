"""Every code that a problem may carry: the one register, from which docs/api.md tells what each means.

A test finds the codes that are raised and fails on one that is not here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """A stable word for programs. `routes` names where it is met; empty: at any route that can meet it."""

    code: str
    status: int
    meaning: str
    routes: tuple[str, ...] = ()


CODES = (
    ProblemCode("bad_request", 400, "The request is no valid HTTP, or cannot be understood."),
    ProblemCode("broken_json", 400, "The body is not JSON, not UTF-8, or nested too deeply; the detail says where."),
    ProblemCode("broken_form", 400, "The form is cut off or its headers are broken."),
    ProblemCode("unauthenticated", 401, "No key or token, or one that is unknown, revoked or expired."),
    ProblemCode("denied", 403, "The caller's role does not include what the route needs."),
    ProblemCode(
        "self_approval",
        403,
        "Who submitted the job may not accept its requirements; somebody else has to.",
        ("POST /jobs/{job_id}/requirements/{rid}/review",),
    ),
    ProblemCode("not_found", 404, "There is no such thing, or it is another owner's."),
    ProblemCode("method_not_allowed", 405, "The route has no such method; `Allow` lists those it has."),
    ProblemCode("conflict", 409, "The state of the thing forbids what was asked; the detail says why."),
    ProblemCode(
        "invalid_transition",
        409,
        "The status has no such way out; `details.allowed` lists those there are.",
        (
            "DELETE /jobs/{job_id}",
            "POST /jobs/{job_id}/cancel",
            "POST /jobs/{job_id}/retry",
            "POST /agents/{agent_id}/drain",
            "POST /agents/{agent_id}/resume",
        ),
    ),
    ProblemCode(
        "idempotency_in_progress", 409, "A request with this Idempotency-Key is being done; send it again soon."
    ),
    ProblemCode("idempotency_spent", 409, "The request was done; its answer held a secret that is shown once."),
    ProblemCode("duplicate", 409, "There is one with this name already."),
    ProblemCode(
        "cleaned_up", 409, "The job's working data was deleted; submit it again.", ("POST /jobs/{job_id}/retry",)
    ),
    ProblemCode("needed", 409, "A job that has not begun depends on it.", ("GET /operations/{operation_id}",)),
    ProblemCode("redacted", 410, "The texts of the job or the bytes of the document were removed for good."),
    *(
        ProblemCode(code, 409, meaning, ("POST /jobs/{job_id}/requirements/{rid}/review",))
        for code, meaning in (
            ("decided", "A reviewer has decided so already."),
            ("second_reviewer", "The caller has accepted it; somebody else has to be the second."),
            ("not_judged", "The requirement was never judged; retry the job or run it again."),
            ("ungrounded", "The requirement's quote is not in its document, so nobody can accept it."),
        )
    ),
    ProblemCode(
        "not_suspect",
        409,
        "The requirement is not suspect: there is nothing to clear.",
        ("POST /jobs/{job_id}/requirements/{rid}/review/clear",),
    ),
    ProblemCode(
        "report_failed", 409, "The report could not be made; the detail says why.", ("GET /jobs/{job_id}/report",)
    ),
    ProblemCode("no_gaps", 409, "Every sentence with duty words is cited already.", ("POST /jobs/{job_id}/rerun",)),
    ProblemCode(
        "not_merged",
        409,
        "The job's requirements are not complete yet.",
        ("GET /jobs/{job_id}/compare/{other_id}",),
    ),
    ProblemCode("contradiction", 409, "An edge of the graph contradicts one that is there."),
    ProblemCode(
        "not_held",
        409,
        "Nothing of the job is held back from the graph.",
        ("GET /jobs/{job_id}/graph/preview", "POST /jobs/{job_id}/graph"),
    ),
    ProblemCode("replaced", 409, "Something newer has taken its place; read it again."),
    ProblemCode("id_taken", 409, "A random id was taken already; try again.", ("POST /keys",)),
    ProblemCode(
        "last_admin", 409, "It is the last valid admin key; make another one first.", ("DELETE /keys/{key_id}",)
    ),
    ProblemCode("too_many_webhooks", 409, "The owner has as many webhooks as there may be.", ("POST /webhooks",)),
    ProblemCode(
        "webhook_disabled",
        409,
        "The webhook is disabled; set its state to active first.",
        ("POST /webhooks/{webhook_id}/test", "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver"),
    ),
    ProblemCode(
        "under_way",
        409,
        "The delivery has not ended yet.",
        ("POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",),
    ),
    ProblemCode("stale", 412, "It has changed since the caller saw it; read it again and repeat what still holds."),
    ProblemCode("too_large", 413, "The body or the document is larger than allowed."),
    ProblemCode("unsupported_type", 415, "The body's or the document's type is none that is read."),
    ProblemCode("invalid", 422, "Something in the request breaks a rule; `errors` points at each fault."),
    ProblemCode("idempotency_conflict", 422, "The Idempotency-Key was used for another request; take another one."),
    ProblemCode("cursor", 422, "The cursor is none, or belongs to other filters; start again without it."),
    ProblemCode("cycle", 422, "The jobs would wait for each other.", ("POST /jobs", "PATCH /jobs/{job_id}")),
    ProblemCode("domain_model", 422, "The domain model has faults; nothing was loaded.", ("POST /graph/model",)),
    ProblemCode(
        "no_language_model",
        422,
        "The engine asks a language model, and none is configured.",
        ("POST /jobs", "POST /jobs/{job_id}/rerun"),
    ),
    ProblemCode("empty_document", 422, "The document has no bytes.", ("POST /jobs", "POST /documents")),
    ProblemCode(
        "lying_type",
        422,
        "The document's content is of another type than its name says.",
        ("POST /jobs", "POST /documents"),
    ),
    ProblemCode(
        "zip_ratio", 422, "The document would unpack to far more than it is.", ("POST /jobs", "POST /documents")
    ),
    ProblemCode(
        "forbidden_url",
        422,
        "The URL must not be called: not http(s), not public, or a port that is not allowed.",
        ("POST /jobs", "POST /webhooks", "PATCH /webhooks/{webhook_id}"),
    ),
    ProblemCode(
        "no_callback_secret", 422, "There is no secret to sign the callback with; make one first.", ("POST /jobs",)
    ),
    ProblemCode("precondition_required", 428, "If-Match is missing; send the ETag that GET showed, or `*`."),
    ProblemCode(
        "too_many_requests", 429, "The caller, or an address without a valid key, asks too often: Retry-After."
    ),
    ProblemCode("internal", 500, "An error of this service; report it with the `request_id`."),
    ProblemCode("busy", 503, "All connections to the database are in use; try again in a moment."),
    ProblemCode("storage_full", 507, "The database has no room left; nothing was stored."),
    ProblemCode("unavailable", 503, "The database or another server does not answer; try again in a moment."),
    ProblemCode(
        "too_many_streams",
        503,
        "The server has as many streams open as it may.",
        ("GET /events", "GET /jobs/{job_id}/events"),
    ),
    ProblemCode("stopping", 503, "The server stops; connect again.", ("GET /events", "GET /jobs/{job_id}/events")),
)
