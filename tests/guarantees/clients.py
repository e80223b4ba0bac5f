"""Users who submit, cancel and retry without pause, over REST, and remember every 202."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import requests

PAUSE_S = 0.4
TIMEOUT_S = 5.0
MOST_JOBS = 200
MOST_OPEN = 12
POISON_CHARACTERS = 25_000  # above the limit on text that the town runs with
POISON_SHARE = 0.12
START_SHARE = 0.2
PROMPT = "Which duties are there?"
POISON_PROMPT = "What is in this poison?"
SUBJECTS = ("operator", "lessor", "carrier", "renter", "auditor", "processor")
ACTS = (
    "log every access",
    "keep each invoice for ten years",
    "report a breach within 72 hours",
    "delete the location data after the rental",
    "check the licence before the handover",
)


class Users:
    """`start` them, `stop` them; then `answered` tells the ids of the jobs that got a 202.

    Jobs that cannot succeed carry `POISON_PROMPT`, also where their answer was lost.

    Args:
        url, key: of the API.
        seed: decides the documents and who is cancelled or retried; the pace is the machine's.
        cancels: whether they cancel jobs, also such as are being worked on.
        count: how many act at once.
    """

    def __init__(self, url: str, key: str, seed: int, *, cancels: bool = True, count: int = 2) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._weights = (6, int(cancels), 2)
        self._stopping = threading.Event()
        self._poison_wanted = threading.Semaphore(0)
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(f"{seed}/{n}"),), daemon=True)  # noqa: S311 - chances of a test
            for n in range(count)
        ]
        self.answered: list[str] = []
        self._poison: set[str] = set()
        self.answers: Counter[str] = Counter()

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, and wait for the last answers."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=4 * TIMEOUT_S)
            if thread.is_alive():
                raise TimeoutError("A user got no answer and no error from the API.")

    def submit_poison(self) -> None:
        """The next job to submit is one that cannot succeed."""
        self._poison_wanted.release()

    def _run(self, random_: random.Random) -> None:
        mine: list[str] = []
        while not self._stopping.wait(PAUSE_S * random_.random() * 2):
            act = random_.choices((self._submit, self._cancel, self._retry), weights=self._weights)[0]
            try:
                act(random_, mine)
            except requests.RequestException:
                self.answers["no answer"] += 1

    def _submit(self, random_: random.Random, mine: list[str]) -> None:
        wanted = self._poison_wanted.acquire(blocking=False)
        poison = wanted or random_.random() < POISON_SHARE
        if not wanted and (len(self.answered) >= MOST_JOBS or self._open() > MOST_OPEN):
            return
        text = _document(random_) + ("Nothing to see. " * (POISON_CHARACTERS // 16) if poison else "")
        prompt = POISON_PROMPT if poison else PROMPT
        # The id counts from the moment of the answer: what was not answered promises nothing.
        wish = {"prompt": prompt, "context": {"text": text}, "deduplicate": False}
        answer = self._call("POST", "/jobs", json=wish | _start(random_, mine))
        if answer.status_code != requests.codes.accepted:
            if wanted:
                self._poison_wanted.release()
            return
        job_id = str(answer.json()["id"])
        if poison:
            self._poison.add(job_id)
        self.answered.append(job_id)
        mine.append(job_id)

    def _cancel(self, random_: random.Random, mine: list[str]) -> None:
        if mine:
            self._call("DELETE", f"/jobs/{random_.choice(mine[-4:])}", headers={"If-Match": "*"})

    def _retry(self, random_: random.Random, mine: list[str]) -> None:
        failed = [each for each in mine if each in self._poison] or mine[-4:]
        if failed:
            self._call("POST", f"/jobs/{random_.choice(failed)}/retry")

    def _open(self) -> int:
        page = self._call("GET", "/jobs", params={"status": "created,processing", "limit": 100})
        return len(page.json()["items"]) if page.ok else MOST_OPEN

    def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: object
    ) -> requests.Response:
        answer = requests.request(
            method,
            self._url + path,
            headers={**self._headers, **(headers or {})},
            timeout=TIMEOUT_S,
            **options,  # type: ignore[arg-type]
        )
        self.answers[f"{method} {answer.status_code}"] += 1
        if answer.status_code == requests.codes.service_unavailable:
            time.sleep(PAUSE_S)
        return answer


def _start(random_: random.Random, mine: list[str]) -> dict[str, object]:
    """Now and then a place in the queue, a time soon, or an own job to wait for; whatever becomes of that one."""
    wanted: dict[str, object] = {"priority": random_.randint(0, 9)} if random_.random() < START_SHARE else {}
    if random_.random() < START_SHARE:
        wanted["run_at"] = (datetime.now(UTC) + timedelta(seconds=random_.random() * 4)).isoformat()
    if mine and random_.random() < START_SHARE:
        wanted |= {"depends_on": [random_.choice(mine[-4:])], "on_parent_failure": random_.choice(("cancel", "ignore"))}
    return wanted


def _document(random_: random.Random) -> str:
    """One to four sections, a part each; the same few occur again, so that jobs meet in the graph."""
    sections = []
    for number in range(1, random_.randint(1, 4) + 1):
        subject = random_.choice(SUBJECTS)
        duties = "\n\n".join(f"The {subject} shall {act}, item {number}." for act in random_.sample(ACTS, 4))
        filler = f"This section concerns the {subject}. " * 8
        sections.append(f"{number} Duties of the {subject}\n\n{duties}\n\n{filler}")
    return "\n\n".join(sections)
