"""A campaign on paper: many workers, one parent that takes in every answer and writes it. `python -m benchmarks.one_writer`.

A simulation of the queue before the parent, event by event: workers run replications, each with one more waiting beside it;
what they say queues for the parent, who reads it, writes it and hands out the next. Says how busy the parent is, how
long answers wait, how much of the workers' time is lost, and what it comes to in days and bytes. Times come from
`python -m benchmarks.scaling`; what is not measured here (network, a shared file system) is not in it.
"""

from __future__ import annotations

import argparse
import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DAY, CHUNK = 86_400.0, 65_536


@dataclass(frozen=True)
class Campaign:
    """So many runs, on so many workers; seconds are of one core like the one they were measured on."""

    runs: int = 1_000_000
    runs_a_task: int = 2  # the plan and doing nothing
    workers: int = 1600
    task: float = 65.0  # seconds a replication takes a worker
    spread: float = 0.15  # of it, as a share: standard deviation over mean
    parent: float = 1.06  # seconds the parent takes for one answer: read, write, hand out the next
    stored: float = 3.26e6  # bytes a run
    sent: float = 17.8e6  # bytes a task's answer has on its way
    parents: int = 1  # shards, each with a store and its share of the workers


@dataclass(frozen=True)
class Course:
    """How a campaign goes, of one parent: shares of the time, answers waiting, seconds."""

    seconds: float
    busy: float
    idle: float
    waiting: float
    most: int
    wait: float


def simulate(c: Campaign, seed: int = 1) -> Course:
    """One parent's part of a campaign, from the first task to the last answer kept."""
    tasks, workers = -(-c.runs // (c.runs_a_task * c.parents)), max(1, c.workers // c.parents)
    luck, cv = np.random.default_rng(seed), np.log1p(c.spread**2)
    times: deque[float] = deque()

    def takes() -> float:
        if not times:
            times.extend((c.task * np.exp(luck.normal(-cv / 2, np.sqrt(cv), CHUNK))).tolist())
        return times.popleft()

    given, done = min(2 * workers, tasks), 0
    held = [2 if k < given - workers else 1 if k < given else 0 for k in range(workers)]  # tasks a worker has, running or beside it
    ends = [(takes(), k) for k in range(workers) if held[k]]
    heapq.heapify(ends)
    queue: deque[tuple[float, int]] = deque()
    free, busy, idle, area, most, waited, now = 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0
    empty: dict[int, float] = {k: 0.0 for k in range(workers) if not held[k]}
    while done < tasks:
        if queue and (not ends or max(free, queue[0][0]) <= ends[0][0]):  # the parent takes the next answer before anything else ends
            came, worker = queue.popleft()
            start = max(free, came)
            free, busy, waited, done = start + c.parent, busy + c.parent, waited + start - came, done + 1
            now = free
            if given < tasks:
                given += 1
                held[worker] += 1
                if worker in empty:
                    idle += now - empty.pop(worker)
                    heapq.heappush(ends, (now + takes(), worker))
            continue
        now, worker = heapq.heappop(ends)
        held[worker] -= 1
        queue.append((now, worker))
        most = max(most, len(queue))
        if held[worker]:
            heapq.heappush(ends, (now + takes(), worker))
        elif given < tasks:
            empty[worker] = now
    area = waited
    return Course(free, busy / free, idle / (free * workers), area / free, most, waited / tasks)


def told(c: Campaign) -> str:
    """The course of a campaign as a row: who, how long, how busy, what it comes to."""
    course, tasks = simulate(c), -(-c.runs // c.runs_a_task)
    return (f"| {c.workers:,} | {c.parents} | {course.seconds / DAY:,.2f} | {course.busy:.0%} | {course.waiting:,.1f} (at most {course.most:,}) | "
            f"{course.wait:,.1f} | {course.idle:.0%} | {tasks / course.seconds:,.1f} | {tasks / course.seconds * c.sent / 1e6:,.1f} |")


HEAD = ("| workers | parents | days | a parent is busy | answers waiting | seconds an answer waits | workers' time lost | tasks a second | "
        "MB a second to parents |\n"
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|")


def main(words: Sequence[str] | None = None) -> None:
    """Print what a campaign comes to, for one parent and for several."""
    ask, base = argparse.ArgumentParser(prog="python -m benchmarks.one_writer", description=__doc__), Campaign()
    for name in ("runs", "workers", "task", "parent", "stored", "sent"):
        ask.add_argument(f"--{name}", type=type(getattr(base, name)), default=getattr(base, name))
    a = ask.parse_args(words)
    if min(vars(a).values()) <= 0:
        ask.error("every number is above nought")
    each = Campaign(runs=a.runs, workers=a.workers, task=a.task, parent=a.parent, stored=a.stored, sent=a.sent)
    tasks = -(-each.runs // each.runs_a_task)
    print(f"{each.runs:,} runs, {tasks:,} tasks of {each.task:g} s; a parent takes {each.parent * 1000:g} ms an answer; "
          f"{each.runs * each.stored / 1e12:,.2f} TB kept; {tasks * each.task / 3600:,.0f} core hours\n")
    print(HEAD)
    for parents in (1, 2, 4, 10, 100):
        print(told(Campaign(each.runs, each.runs_a_task, each.workers, each.task, each.spread, each.parent, each.stored, each.sent, parents)))


if __name__ == "__main__":
    main()
