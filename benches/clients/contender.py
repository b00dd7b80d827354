"""The official Python clients, unmodified, as contenders: contender.py python-async|python-sync BASE_URL

Uses the protocol of run.rs: orders on standard input, and the measurements as a line of JSON each.
"""

import asyncio
import json
import resource
import sys
import threading
import time

from mem0 import AsyncMemoryClient, MemoryClient

KEY = "m0-measured"
FILTERS = {"user_id": "alice"}
QUERY = "what can I cook for dinner?"
MESSAGES = [
    {"role": "user", "content": "I'm vegetarian and allergic to nuts, and I cook for four on most evenings."},
    {"role": "assistant", "content": "Noted: no meat, no nuts, and enough for four. Shall I plan the week?"},
]
PAGE = 200


def call(client, work):
    """Starts the call for the work, and returns a function that counts its rows."""
    if work == "search":
        return client.search(QUERY, filters=FILTERS), lambda found: len(found["results"])
    if work == "add":
        return client.add(MESSAGES, user_id="alice"), lambda added: len(added["event_id"]) > 0
    size = int(work.removeprefix("list-"))
    return client.get_all(filters=FILTERS, page=1, page_size=size), lambda listed: len(listed["results"])


def page(client, number):
    return client.get_all(filters=FILTERS, page=number, page_size=PAGE)


def checked(rows):
    if not rows:
        raise RuntimeError("an answer without rows")


def run_sync(client, work):
    if work == "stream":
        number, rows = 1, 0
        while True:
            listed = page(client, number)
            rows += len(listed["results"])
            if not listed["next"]:
                return checked(rows)
            number += 1
    answer, rows = call(client, work)
    checked(rows(answer))


async def run_async(client, work):
    if work == "stream":
        number, rows = 1, 0
        while True:
            listed = await page(client, number)
            rows += len(listed["results"])
            if not listed["next"]:
                return checked(rows)
            number += 1
    answer, rows = call(client, work)
    checked(rows(await answer))


class Requests:
    """A number of requests, taken one at a time."""

    def __init__(self, number):
        self.left = iter(range(number))

    def take(self):
        return next(self.left, None) is not None


def measured(requests, cpu, wall, latencies):
    latencies.sort()

    def at(share):
        return latencies[min(int(len(latencies) * share), len(latencies) - 1)]

    return {
        "requests": requests,
        "cpu": cpu,
        "wall": wall,
        "p50": at(0.5),
        "p99": at(0.99),
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "allocations": 0,
        "allocated": 0,
    }


def sync_order(client, work, in_flight, requests):
    latencies = []
    left = Requests(requests)
    ready = threading.Barrier(in_flight + 1)

    def flight():
        run_sync(client, work)
        ready.wait()
        ready.wait()
        while left.take():
            began = time.perf_counter_ns()
            run_sync(client, work)
            latencies.append(time.perf_counter_ns() - began)

    if in_flight == 1:
        for _ in range(1 if work == "stream" else 5):
            run_sync(client, work)
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        while left.take():
            began = time.perf_counter_ns()
            run_sync(client, work)
            latencies.append(time.perf_counter_ns() - began)
        return measured(requests, time.process_time_ns() - cpu, time.perf_counter_ns() - wall, latencies)
    threads = [threading.Thread(target=flight) for _ in range(in_flight)]
    for thread in threads:
        thread.start()
    ready.wait()
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    ready.wait()
    for thread in threads:
        thread.join()
    return measured(requests, time.process_time_ns() - cpu, time.perf_counter_ns() - wall, latencies)


async def async_order(client, work, in_flight, requests):
    async def flights(number):
        latencies = []
        left = Requests(number)

        async def flight():
            while left.take():
                began = time.perf_counter_ns()
                await run_async(client, work)
                latencies.append(time.perf_counter_ns() - began)

        await asyncio.gather(*(flight() for _ in range(in_flight)))
        return latencies

    await flights(1 if work == "stream" else in_flight + 5)
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    latencies = await flights(requests)
    return measured(requests, time.process_time_ns() - cpu, time.perf_counter_ns() - wall, latencies)


async def main_async(base_url):
    client = AsyncMemoryClient(api_key=KEY, host=base_url)
    for line in sys.stdin:
        work, in_flight, requests = line.split()
        print(json.dumps(await async_order(client, work, int(in_flight), int(requests))), flush=True)


def main_sync(base_url):
    client = MemoryClient(api_key=KEY, host=base_url)
    for line in sys.stdin:
        work, in_flight, requests = line.split()
        print(json.dumps(sync_order(client, work, int(in_flight), int(requests))), flush=True)


if sys.argv[1] == "python-async":
    asyncio.run(main_async(sys.argv[2]))
else:
    main_sync(sys.argv[2])
