"""Builds an index of one peer engine, or measures searches of it, in one process. peers.py starts it.

usage: measure_peer.py JOB.json

The job tells what to do and names the file for the answer, which is JSON Lines. The answer does not go to stdout,
because the engines print there.
"""

import json
import pathlib
import sys
import time

import engines
import sparse


def percentile(ordered, share):
    """Returns the smallest value that at least this share of the values does not exceed."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def build(job, base, shape):
    engine = engines.PEERS[job["engine"]]
    directory = pathlib.Path(job["directory"])
    start = time.perf_counter()
    save = engine.build(base, shape, job["index"], directory, job["threads"])
    seconds = time.perf_counter() - start
    save()
    yield {"build_s": round(seconds, 2), "bytes": engines.files_bytes(directory), "threads": job["threads"]}


def measure(job, base, shape, queries):
    engine = engines.PEERS[job["engine"]]
    opened = engine.open(pathlib.Path(job["directory"]), shape, job["index"], queries)
    truth = sparse.Truth.load(job["truth"]) if job["truth"] else None
    for search in job["searches"]:
        row = {"search": search}
        rows = opened.all(search, job["k"])()  # This pass is not measured. It fills the caches.
        if truth is not None:
            row["recall"] = round(sparse.recall(truth, rows, base, queries), 5)
        row["mean_us"] = round(best_mean(opened, search, job), 1)
        if job["singles"]:
            row.update(single_calls(opened, search, job["k"], queries.rows))
        yield row


def best_mean(opened, search, job):
    """Returns the mean microseconds per query of the best pass. A shared machine can only make a pass slower."""
    best = spent = 0.0
    done = 0
    while done < job["passes_min"] or (done < job["passes_max"] and spent < job["seconds"]):
        start = time.perf_counter()
        opened.all(search, job["k"])
        took = time.perf_counter() - start
        best = took if done == 0 else min(best, took)
        spent += took
        done += 1
    return best / job["queries_count"] * 1e6


def single_calls(opened, search, k, count):
    """Returns percentiles of the better of two passes with one call per query. They include the time of the binding."""
    passes = []
    for _ in range(2):
        micros = []
        for query in range(count):
            start = time.perf_counter_ns()
            opened.one(query, search, k)
            micros.append((time.perf_counter_ns() - start) / 1000)
        passes.append(sorted(micros))
    micros = min(passes, key=sum)
    return {
        "p50_us": round(percentile(micros, 0.5), 1),
        "p99_us": round(percentile(micros, 0.99), 1),
        "single_mean_us": round(sum(micros) / count, 1),
    }


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    base = sparse.read_csr(job["base"])
    queries = sparse.read_csr(job["queries"]).sorted_rows()
    shape = engines.Shape(**job["shape"])
    job["queries_count"] = queries.rows
    with open(job["out"], "w") as out:
        rows = build(job, base.sorted_rows(), shape) if job["task"] == "build" else measure(job, base, shape, queries)
        for row in rows:
            out.write(json.dumps(row) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
