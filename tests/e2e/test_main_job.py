"""The main job as a user does it: submit each sample with the console command and read what comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
DOCUMENTS = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".pdf", ".docx", ".md", ".txt", ".html"))
DOCUMENTS = [path for path in DOCUMENTS if path.with_suffix(".gold.json").exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_sample_goes_all_the_way(stack: Any, document: Path) -> None:
    done = stack.console("submit", str(document), "--prompt", "All requirements of this document", "--wait")
    assert done.returncode == 0, done.stderr
    job_id = stack.call("GET", "/jobs?limit=1").json()["items"][0]["id"]
    assert f"Requirements of {document.name}" in done.stdout
    found = stack.requirements(job_id)
    gold = json.loads(document.with_suffix(".gold.json").read_text())
    assert len(found) >= len(gold["requirements"]) / 2
    assert {row["status"] for row in found} <= {"integrated", "rejected"}
    assert [row["seq"] for row in found] == list(range(1, len(found) + 1))
    assert all(row["quality"] for row in found)
    if document.suffix == ".pdf":
        assert all(citation["page"] for row in found for citation in row["citations"])
    content = stack.call("GET", f"/jobs/{job_id}/document")
    assert content.content == document.read_bytes()
    as_json = stack.call("GET", f"/jobs/{job_id}/report?format=json").json()
    assert as_json["summary"]["total"] == len(found)


def test_two_prompts_give_two_reports(stack: Any) -> None:
    document = SAMPLES / "hosting-vertrag.txt"
    reports = []
    for prompt in ("Welche Verbote gibt es?", "Welche Pflichten zur Datensicherung gibt es in § 2?"):
        job = stack.submit(document, prompt)
        assert stack.wait_for_job(job["id"])["status"] == "completed"
        found = stack.requirements(job["id"])
        reports.append(found)
        text = stack.console("jobs", "report", job["id"], "--wait").stdout
        assert prompt in text
        assert "Understood" in text
    prohibitions, duties = reports
    assert {row["modality"] for row in prohibitions} == {"prohibition"}
    assert {row["source_location"]["locator"][:3] for row in duties} == {"§ 2"}
    assert any(row["relevance"] for row in duties)


def test_a_prompt_alone_is_a_document(stack: Any) -> None:
    prompt = "The system shall send an invoice. The user may print it."
    job = stack.call("POST", "/jobs", json={"prompt": prompt}).json()
    assert stack.wait_for_job(job["id"])["status"] == "completed"
    (only,) = stack.requirements(job["id"])
    assert only["citations"][0]["quote"] == "The system shall send an invoice."


def test_a_document_without_requirements_completes_and_says_so(stack: Any, tmp_path: Path) -> None:
    document = tmp_path / "poem.txt"
    document.write_text("Roses are red.\n\nViolets are blue.\n")
    done = stack.console("submit", str(document), "--prompt", "Any duties?", "--wait")
    assert done.returncode == 0
    assert "0 requirements" in done.stdout


@pytest.mark.parametrize("code", ["encrypted", "no_text_layer", "corrupt"])
def test_a_document_that_cannot_be_read_fails_its_job(stack: Any, tmp_path: Path, code: str) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    document = tmp_path / f"{code}.pdf"
    canvas = Canvas(str(document), encrypt=StandardEncryption("secret") if code == "encrypted" else None)
    if code == "no_text_layer":
        canvas.rect(10, 10, 100, 100, fill=1)
    else:
        canvas.drawString(100, 700, "The operator shall log every access.")
    canvas.save()
    if code == "corrupt":
        document.write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 200)
    done = stack.console("submit", str(document), "--prompt", "Any duties?", "--wait")
    assert done.returncode == 1
    job = stack.call("GET", "/jobs?limit=1").json()["items"][0]
    assert stack.call("GET", f"/jobs/{job['id']}").json()["error"]["code"] == code
    assert len(done.stderr.strip().splitlines()[-1]) > 20
