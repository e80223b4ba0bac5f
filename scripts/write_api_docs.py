"""Writes docs/api.md from the application's own description; with --check only says whether it is current.

Exit codes: 0 done or current, 1 --check found that it is not current.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from flask import Flask

from api.app import create_app
from api.problem_codes import CODES
from orchestrator.bootstrap import build
from orchestrator.config import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
PLAIN = ("OK", "Accepted", "Created")
METHODS = ("get", "post", "put", "patch", "delete")

INTRODUCTION = """\
<!-- Made by scripts/write_api_docs.py from the application: change the routes and schemas, and run it. -->
# API reference

Every route with its role, parameters, body, answers and problem codes, made from the same description that a running
server serves at `/openapi.json` and shows at `/docs`. [REST contract](rest.md) explains the concepts: jobs, retries,
webhooks, streams.

A role includes those before it: viewer, operator, admin. Every route may also answer with the
[problems that any route may meet](#problem-codes). In the examples, `$URL` is where the API is and `$KEY` a key of the
role.
"""

# By the name of a parameter or field: what stands for it in an example.
EXAMPLES: dict[str, Any] = {
    "job_id": "123e4567-e89b-42d3-a456-426614174000",
    "other_id": "123e4567-e89b-42d3-a456-426614174001",
    "agent_id": "creator-host-1a2b3c4d",
    "key_id": "1a2b3c4d",
    "webhook_id": "123e4567-e89b-42d3-a456-426614174002",
    "delivery_id": "123e4567-e89b-42d3-a456-426614174003",
    "rid": "R-ABCDEFGH23",
    "key": "BO-CUSTOMER",
    "name": "compliance",
    "prompt": "Which duties does the lessor have?",
    "url": "https://example.org/hook",
    "role": "operator",
    "reason": "checked against the contract",
    "state": "disabled",
    "priority": 9,
    "business_objects": [{"boid": "BO-CUSTOMER", "name": "Customer"}],
}


def main() -> int:
    """Writes or checks the page and returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(";")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where the page is not current")
    check = parser.parse_args().check
    page = reference(_app())
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("docs/api.md is not current" if check else "wrote docs/api.md")
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    return 1 if check else 0


def _app() -> Flask:
    """The application around services that never connect."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    nowhere = Settings(database_url="postgresql+psycopg2://nobody@127.0.0.1:1/x", redis_url="redis://127.0.0.1:1/0")
    return create_app(build(nowhere))


def reference(app: Flask) -> str:
    """The page, in Markdown."""
    described = app.test_client().get("/openapi.json").get_json()
    lines = [INTRODUCTION, *_contents(described), *_routes(described), *_schemas(described), *_problems()]
    return "\n".join(lines).rstrip() + "\n"


def _operations(described: Mapping[str, Any], tag: str) -> Iterator[tuple[str, str, Mapping[str, Any], Sequence[Any]]]:
    """(method, path, operation, parameters of the path) under a tag."""
    for path, item in described["paths"].items():
        for method in METHODS:
            if tag in item.get(method, {}).get("tags", ()):
                yield method.upper(), path, item[method], item.get("parameters", ())


def _contents(described: Mapping[str, Any]) -> Iterator[str]:
    yield "| route | role | |"
    yield "|---|---|---|"
    for tag in described["tags"]:
        for method, path, operation, _ in _operations(described, tag["name"]):
            link = f"[{method} {path}](#{_anchor(f'{method} {path}')})"
            yield _row(link, _role(operation), operation["summary"])
    yield ""


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _role(operation: Mapping[str, Any]) -> str:
    return operation.get("x-required-role") or "public"


def _routes(described: Mapping[str, Any]) -> Iterator[str]:
    for tag in described["tags"]:
        yield f"## {tag['name'].capitalize()}\n\n{tag['description']}\n"
        for method, path, operation, shared in _operations(described, tag["name"]):
            yield from _route(described, method, path, operation, shared)


def _route(
    described: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], shared: Sequence[Any]
) -> Iterator[str]:
    said = f"{operation['summary']} {operation.get('description', '')}".strip()
    yield f"### {method} {path}\n\n{said} Role: **{_role(operation)}**.\n"
    parameters = [_resolved(described, each) for each in (*shared, *operation.get("parameters", ()))]
    if parameters:
        yield "| parameter | in | | |\n|---|---|---|---|"
        for each in parameters:
            must = "required; " if each.get("required") and each["in"] != "path" else ""
            yield _row(
                f"`{each['name']}`", each["in"], must + _type(each.get("schema", {})), each.get("description", "")
            )
        yield ""
    if body := operation.get("requestBody"):
        kinds = ", ".join(f"{_type(content['schema'])} as `{kind}`" for kind, content in body["content"].items())
        yield f"Body: {kinds}.\n"
    yield f"Answers: {_answers(operation)}.\n"
    if codes := _codes_of(f"{method} {path}", operation):
        yield f"Problems: {codes}.\n"
    yield f"```sh\n{_example(described, method, path, operation, parameters)}\n```\n"


def _resolved(described: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        name = node["$ref"].split("/")
        node = described
        for step in name[1:]:
            node = node[step]
    return node


def _answers(operation: Mapping[str, Any]) -> str:
    return "; ".join(
        _answer(status, answer) for status, answer in sorted(operation["responses"].items()) if status.startswith("2")
    )


def _answer(status: str, answer: Mapping[str, Any]) -> str:
    content = answer.get("content", {}).items()
    kinds = " or ".join(_type(kind["schema"]) if "json" in name else f"`{name}`" for name, kind in content)
    headers = f" with {', '.join(answer['headers'])}" if answer.get("headers") else ""
    said = answer.get("description", "")
    return f"{status} {kinds or 'nothing'}{headers}" + (f" ({said})" if said and said not in PLAIN else "")


def _codes_of(route: str, operation: Mapping[str, Any]) -> str:
    conditional = [str(status) for status in (412, 428) if str(status) in operation["responses"]]
    own = [each for each in CODES if route in each.routes or (not each.routes and str(each.status) in conditional)]
    return ", ".join(f"{each.status} `{each.code}`" for each in sorted(own, key=lambda each: (each.status, each.code)))


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if several := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(map(_type, several)))
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = " or ".join("list" if kind == "array" else kind for kind in kinds)
    if "items" in schema:
        words += f" of {_type(schema['items'])}"
    return words + _limits(schema)


def _limits(schema: Mapping[str, Any]) -> str:
    found = [schema["format"]] if schema.get("format") else []
    if "enum" in schema:
        found.append(" ".join(f"`{each}`" for each in schema["enum"] if each is not None))
    for least, most, unit in (
        ("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"),
    ):  # fmt: skip
        if least in schema or most in schema:
            found.append(f"{schema.get(least, '')}..{schema.get(most, '')}{unit}")
    if schema.get("default") not in (None, "", [], ()):
        found.append(f"default `{json.dumps(schema['default'])}`")
    return f" ({', '.join(found)})" if found else ""


def _example(
    described: Mapping[str, Any],
    method: str,
    path: str,
    operation: Mapping[str, Any],
    parameters: Sequence[Mapping[str, Any]],
) -> str:
    where = re.sub(r"\{(\w+)\}", lambda match: str(EXAMPLES.get(match[1], match[1])), path)
    query = [
        f"{each['name']}={_sample(described, each['name'], each['schema'])}" for each in _wanted(parameters, "query")
    ]
    words = ["curl", *([] if method == "GET" else ["-X", method])]
    if operation.get("x-required-role"):
        words += ["-H", '"Authorization: Bearer $KEY"']
    for header in _wanted(parameters, "header"):
        words += ["-H", f"'{header['name']}: \"1\"'"]
    words += _body(described, operation)
    return " ".join([*words, f'"$URL{where}{"?" + "&".join(query) if query else ""}"'])


def _wanted(parameters: Sequence[Mapping[str, Any]], place: str) -> list[Mapping[str, Any]]:
    return [each for each in parameters if each["in"] == place and each.get("required")]


def _body(described: Mapping[str, Any], operation: Mapping[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        sample = _sample(described, "", content["application/json"]["schema"])
        return ["-H", "'Content-Type: application/json'", "-d", f"'{json.dumps(sample, ensure_ascii=False)}'"]
    return ["-F", "document=@contract.pdf"] if content else []


def _sample(described: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> Any:
    """A value that the schema allows: the required fields of an object, the first one where none is."""
    schema = _resolved(described, schema)
    if name in EXAMPLES:
        return EXAMPLES[name]
    if "example" in schema:
        return schema["example"]
    if schema.get("enum"):
        return schema["enum"][0]
    fields = schema.get("properties", {})
    if fields:
        wanted = [each for each in fields if each in schema.get("required", ())] or list(fields)[:1]
        return {each: _sample(described, each, fields[each]) for each in wanted}
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [_sample(described, "", schema.get("items", {}))]
    plain: dict[str, Any] = {"object": {}, "boolean": True, "number": 1.0, "integer": 1, "string": "text"}
    return max(plain[kind], schema.get("minimum", 0)) if kind in ("integer", "number") else plain.get(kind, "text")


def _schemas(described: Mapping[str, Any]) -> Iterator[str]:
    yield "## Schemas\n\nWhat bodies and answers are made of. Fields that are not listed are refused in bodies.\n"
    for name, schema in sorted(described["components"]["schemas"].items()):
        if "properties" not in schema:
            continue
        yield f"### {name}\n\n| field | | |\n|---|---|---|"
        for field, content in schema["properties"].items():
            must = "required; " if field in schema.get("required", ()) else ""
            yield _row(f"`{field}`", must + _type(content), content.get("description", ""))
        yield ""


def _problems() -> Iterator[str]:
    yield "## Problem codes\n\n`code` is stable; `detail` says what to do. Without routes, any route may meet it.\n"
    yield "| status | code | | routes |\n|---|---|---|---|"
    for each in sorted(CODES, key=lambda each: (each.status, each.code)):
        yield _row(str(each.status), f"`{each.code}`", each.meaning, ", ".join(each.routes))


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
