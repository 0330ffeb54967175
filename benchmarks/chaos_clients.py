"""The honest clients of a chaos run, and who asks for a sign of life all the time."""

import hashlib
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any

import httpx2

RECIPE = "60% red, 40% black"
_FINAL = {"succeeded", "failed", "cancelled"}
_LONGEST_PAUSE_S = 2.0
LIMIT_S = 1.0
"""Of an answer of /livez."""


@dataclass(slots=True)
class Findings:
    """What all clients saw; safe for threads, as far as lists and counters are."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Job -> the state that its client saw last."""
    statuses: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    slowest_order_s: float = 0.0


class HonestClient(threading.Thread):
    """Orders one picture after the other, asks as it is told to, and looks at what it gets."""

    def __init__(self, url: str, key: str, number: int, seed: int, findings: Findings) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self._client = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=40)
        self._dice = random.Random(seed * 1000 + number)  # noqa: S311  (seeded draws are the point)
        self._number = number
        self._found = findings
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until told to stop, and then until the last job has ended."""
        n_orders = 0
        while not self.stopping.is_set():
            n_orders += 1
            job_id = self._order(n_orders)
            if self._dice.random() < 0.1:
                self._ask("POST", f"/v1/jobs/{job_id}/cancel", (200,))
            self._follow(job_id)
            time.sleep(self._dice.uniform(0.2, 1.5))
        self._client.close()

    def _order(self, n_orders: int) -> str:
        body: dict[str, Any] = {"recipe": RECIPE, "seed": self._number * 1_000_000 + n_orders}
        if self._dice.random() < 0.1:
            body["deadline_s"] = self._dice.uniform(1, 30)
        started = time.monotonic()
        head = {"Idempotency-Key": f"{self._number}-{n_orders}"}
        job = self._ask("POST", "/v1/jobs", (202,), json=body, headers=head).json()
        self._found.slowest_order_s = max(self._found.slowest_order_s, time.monotonic() - started)
        self._found.accepted[job["id"]] = job["state"]
        return str(job["id"])

    def _follow(self, job_id: str) -> None:
        """Until it has ended; its picture is what its result says."""
        while True:
            job = self._ask("GET", f"/v1/jobs/{job_id}", (200,)).json()
            self._note_state(job_id, job["state"])
            if job["state"] in _FINAL:
                break
            time.sleep(0.2)
        if job["state"] == "succeeded":
            png = self._ask("GET", f"/v1/jobs/{job_id}/image", (200,)).content
            if hashlib.sha256(png).hexdigest() != job["result"]["sha256"]:
                self._found.breaches.append(f"another picture: {job_id}")
        elif job["state"] == "failed" and job["error"]["code"] != "deadline":
            self._found.breaches.append(f"failed: {job_id} {job['error']['code']}")

    def _note_state(self, job_id: str, state: str) -> None:
        before = self._found.accepted[job_id]
        if before in _FINAL and state != before:
            self._found.breaches.append(f"ended twice: {job_id} {before} {state}")
        self._found.accepted[job_id] = state

    def _ask(self, method: str, path: str, expected: tuple[int, ...], **more: Any) -> httpx2.Response:  # noqa: ANN401
        """An answer, as long as it takes; refusals are to say when to ask again."""
        while True:
            try:
                answer = self._client.request(method, path, **more)
            except httpx2.TransportError as error:
                self._found.statuses[type(error).__name__] += 1
                time.sleep(0.2)
                continue
            self._found.statuses[str(answer.status_code)] += 1
            if answer.status_code in expected:
                return answer
            self._check_refusal(answer, f"{method} {path.partition('/jobs')[1]}")
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), _LONGEST_PAUSE_S))

    def _check_refusal(self, answer: httpx2.Response, asked: str) -> None:
        if answer.status_code not in (429, 503, 507):
            self._found.breaches.append(f"{asked} was {answer.status_code}: {answer.text[:200]}")
        elif "Retry-After" not in answer.headers:
            self._found.breaches.append(f"{asked} was {answer.status_code} without Retry-After")


def ask_for_life(port: int, is_up: Any, done: Event, answers: Any) -> None:  # noqa: ANN401  (a value and a queue between processes)
    """Ask /livez five times a second, and put (seconds since 1970, seconds, status or error) for each into a queue.

    What was asked while the server was down, or went down, is left out.
    """
    while not done.is_set():
        was_up, started = is_up.value, time.perf_counter()
        try:
            told = str(httpx2.get(f"http://127.0.0.1:{port}/livez", timeout=20).status_code)
        except httpx2.TransportError as error:
            told = type(error).__name__
        seconds = time.perf_counter() - started
        if was_up and is_up.value:
            answers.put((time.time(), seconds, told))
        time.sleep(max(0.0, 0.2 - seconds))
