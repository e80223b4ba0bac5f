"""Idempotency-Key: a POST that is sent again is not done again, but answered as it was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request

from api.arguments import FORM, body_of
from api.context import principal, services
from api.headers import IDEMPOTENCY_KEY
from orchestrator.errors import Invalid
from orchestrator.services.idempotency import Answer, OnceOnly

View = Callable[..., Any]

REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Link")
_KEY = re.compile(r"[!-~]{1,255}")


def once(view: View, *args: Any, **kwargs: Any) -> Any:
    """Call the view; of POSTs with a key that was used, give back the answer instead."""
    if request.method != "POST" or IDEMPOTENCY_KEY not in request.headers:
        return view(*args, **kwargs)
    wanted = OnceOnly(principal().owner, _key(), _fingerprint())
    made: list[Response] = []

    def work() -> Answer:
        made.append(make_response(view(*args, **kwargs)))
        return _kept(made[0], secret=getattr(view, "shown_once", False))

    answer, replayed = services().idempotency.once(wanted, work)
    if not replayed:
        return made[0]
    return Response(answer.body, answer.status, answer.headers | {REPLAYED: "true"})


def shown_once(view: View) -> View:
    """Mark a POST whose answer holds a secret: it is not kept, and a repetition is refused. Stands below `requires`."""
    view.shown_once = True  # type: ignore[attr-defined]
    return view


def _key() -> str:
    key = request.headers[IDEMPOTENCY_KEY]
    if not _KEY.fullmatch(key):
        said = f"{IDEMPOTENCY_KEY} must be 1-255 visible ASCII characters, such as a UUID."
        raise Invalid(said, details={"parameter": IDEMPOTENCY_KEY})
    return key


def _fingerprint() -> str:
    """Of method, path, query and body; of a form its parts, since their boundary is another one each time."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode(errors="surrogatepass"))
    if request.mimetype != FORM:
        digest.update(body_of(request))
        return digest.hexdigest()
    try:
        fields = sorted(request.form.items(multi=True))
    except ValueError:  # a broken form; the view says so
        return digest.hexdigest()
    digest.update(repr(fields).encode(errors="surrogatepass"))
    for name, file in request.files.items(multi=True):
        digest.update(repr((name, file.filename, file.mimetype)).encode(errors="surrogatepass"))
        digest.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]
        file.stream.seek(0)
    return digest.hexdigest()


def _kept(answer: Response, *, secret: bool) -> Answer:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    return Answer(answer.status_code, headers, None if secret else answer.get_data())
