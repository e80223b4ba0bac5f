"""What a report of many requirements costs: seconds, and memory over a process that has done nothing yet.

    python bench/reports.py [--requirements 100000] [--formats html,csv]

Fills a database of its own with one job, then makes each format, and the audit pack, in a process of its own, and
stores it as a maintenance worker does. What is claimed is at most 150 MB over the base for 100,000 requirements.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.domain.report import STORED
from orchestrator.domain.submission import Submission
from orchestrator.stack.testing import TestServers
from orchestrator.storage.migrate import upgrade
from orchestrator.storage.models import DocumentText, Job

MOST_MB = 150.0
QUOTE = "Der Steuerpflichtige muss die Aufzeichnung Nummer NUMBER vollständig, richtig und zeitgerecht aufbewahren."
LENGTH = len(QUOTE)

FILL = text(
    """
    INSERT INTO requirements (job_id, rid, seq, requirement_text, requirement_name, modality, requirement_type,
        priority, source_document, source_location, citations, confidence_score, status, research_notes, fulfilment)
    SELECT :job_id, 'R-' || translate(lpad(n::text, 10, '0'), '0189', 'AXYZ'), n + 1, quote, left(quote, 40),
        'obligation', 'legal', 'high', 'bench.txt', place || jsonb_build_object('section', 'Abschnitt ' || n / 50),
        jsonb_build_array(place || jsonb_build_object('quote', quote, 'match', 'exact')), 0.9,
        (ARRAY['integrated', 'integrated', 'rejected', 'failed'])[n % 4 + 1], repeat('Siehe Rz. 5. ', 5), 'UNCLEAR'
    FROM generate_series(0, :count - 1) AS n,
         LATERAL (SELECT replace(:quote, 'NUMBER', lpad(n::text, 6, '0')) AS quote) AS q,
         LATERAL (SELECT jsonb_build_object('page', n / 20 + 1, 'locator', 'Rz. ' || n, 'start', n * (:length + 1),
                                            'end', n * (:length + 1) + :length) AS place) AS p
    """
)


def main() -> int:
    arguments = parser().parse_args()
    if arguments.make:
        return make(arguments.make, UUID(arguments.job), Settings(database_url=arguments.url, redis_url=arguments.url))
    with TestServers.hold() as servers:
        url = servers.urls().database_url
        upgrade(url)
        services = build(Settings(database_url=url, redis_url=url, statement_timeout_s=600.0))
        job_id = fill(services, arguments.requirements)
        services.close()
        worst = 0.0
        for name in arguments.formats.split(","):
            command = [sys.executable, "-P", __file__, "--make", name, "--job", str(job_id), "--url", url]
            said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - a program of the project
            worst = max(worst, said["over_base_mb"])
            took = f"{said['seconds']:7.1f} s ({said['cpu_s']:.1f} s of one core)"
            memory = f"+{said['over_base_mb']:.1f} MB over {said['base_mb']:.0f} MB"
            print(f"{name:6} {took}  {said['stored_mb']:7.1f} MB stored  {memory}", flush=True)
    print(
        f"{arguments.requirements:,} requirements: at most {worst:.0f} MB over the base, {MOST_MB:.0f} MB are allowed"
    )
    return int(worst > MOST_MB)


def parser() -> argparse.ArgumentParser:
    """The options of this bench; the last three are for its own processes."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--requirements", type=int, default=100_000)
    made.add_argument("--formats", default=",".join(STORED))
    for name in ("--make", "--job", "--url"):
        made.add_argument(name, help=argparse.SUPPRESS)
    return made


def fill(services: Orchestrator, count: int) -> UUID:
    """A job that has ended, with so many requirements of one sentence each."""
    job_id = services.job_manager.submit(Submission("bench", "Welche Pflichten?", f"{time.time_ns()}")).job.id
    with services.sessions.begin() as session:
        job = session.get_one(Job, job_id)
        lines = "\n".join(QUOTE.replace("NUMBER", f"{number:06}") for number in range(count))
        read = DocumentText(
            document_id=job.document_id, reader_version="bench", media_type="text/plain", language="de", title=None,
            text=lines, page_starts=[0], passages=[],
        )  # fmt: skip
        session.add(read)
        session.flush()
        job.document_text_id = read.id
        session.execute(FILL, {"job_id": job_id, "quote": QUOTE, "count": count, "length": LENGTH})
        session.execute(text("UPDATE steps SET state = 'cancelled' WHERE job_id = :id"), {"id": job_id})
        for change in ("'processing'", "'completed', completed_at = now()"):
            session.execute(text(f"UPDATE jobs SET status = {change} WHERE id = :id"), {"id": job_id})  # noqa: S608 - names of the test, no input
    return job_id


def make(name: str, job_id: UUID, settings: Settings) -> int:
    """Make and store one format; prints what it took as JSON."""
    services = build(settings)
    with services.sessions.begin() as session:
        session.execute(text("SELECT 1"))
    base_mb = peak_mb()
    started, worked = time.perf_counter(), time.process_time()
    write = services.reporter.make(job_id, f"{name}.1")
    with services.sessions.begin() as session:
        write(session)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - worked
    report = services.reporter.stored(job_id, name).report
    stored_mb = (report.size_bytes or 0) / 1e6 if report else 0.0
    said = {
        "seconds": seconds,
        "cpu_s": cpu_s,
        "stored_mb": stored_mb,
        "base_mb": base_mb,
        "over_base_mb": peak_mb() - base_mb,
    }
    print(json.dumps(said))
    services.close()
    return 0


def peak_mb() -> float:
    """The most memory that this process has had resident, in MB; `ru_maxrss` would have that of its parent."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
