"""Qdrant's embedded engine as a process that does one command per line. live.py starts it.

usage: qdrant_peer.py DIR BASE.csr QUERIES.csr GROUPS

Commands: `fill FROM TO BATCH FLUSH_EVERY` upserts rows, and flushes after so many batches (0: never); `settle` lets Qdrant
optimise its segments; `search GROUP FROM TO K` searches exactly. Each answer is one line of JSON.
"""

import json
import pathlib
import sys
import time

import qdrant_edge as qdrant
import sparse

VECTOR, GROUP = "terms", "group"


class Peer:
    def __init__(self, directory, base, queries, groups):
        self._base = sparse.read_csr(base)
        self._queries = sparse.read_csr(queries)
        self._groups = pathlib.Path(groups).read_bytes().decode("ascii")
        pathlib.Path(directory).mkdir(parents=True)
        config = qdrant.EdgeConfig(sparse_vectors={VECTOR: qdrant.EdgeSparseVectorParams()}, max_search_threads=1)
        self._shard = qdrant.EdgeShard.create(directory, config)
        keyword = qdrant.PayloadSchemaType.Keyword
        self._shard.update(qdrant.UpdateOperation.create_field_index(GROUP, keyword))

    def close(self):
        self._shard.close()

    def _point(self, row):
        terms, weights = self._base.row(row)
        vector = qdrant.SparseVector(terms.tolist(), weights.tolist())
        return qdrant.Point(row, {VECTOR: vector}, {GROUP: self._groups[row]})

    def fill(self, first, end, batch, flush_every):
        seconds = 0.0
        for number, at in enumerate(range(first, end, batch), 1):
            points = [self._point(row) for row in range(at, min(at + batch, end))]
            start = time.perf_counter()
            self._shard.update(qdrant.UpdateOperation.upsert_points(points))
            if flush_every and (number % flush_every == 0 or at + batch >= end):
                self._shard.flush()
            seconds += time.perf_counter() - start
        return {"seconds": seconds}

    def settle(self):
        start = time.perf_counter()
        self._shard.optimize()
        self._shard.flush()
        return {"seconds": time.perf_counter() - start, "segments": self._shard.info().segments_count}

    def search(self, group, first, end, k):
        condition = None
        if group != "-":
            match = qdrant.FieldCondition(GROUP, match=qdrant.MatchValue(group))
            condition = qdrant.Filter(must=[match])
        micros, rows = [], []
        for number in range(first, end):
            terms, weights = self._queries.row(number)
            vector = qdrant.SparseVector(terms.tolist(), weights.tolist())
            request = qdrant.QueryRequest(limit=k, query=qdrant.Query.Nearest(vector, VECTOR), filter=condition)
            start = time.perf_counter()
            hits = self._shard.query(request)
            micros.append((time.perf_counter() - start) * 1e6)
            rows.append([hit.id for hit in hits])
        return {"micros": micros, "rows": rows}


def main(words):
    peer = Peer(*words)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "fill":
            answer = peer.fill(*map(int, rest))
        elif command == "settle":
            answer = peer.settle()
        elif command == "search":
            answer = peer.search(rest[0], *map(int, rest[1:]))
        else:
            sys.exit(f"no such command: {line}")
        print(json.dumps(answer), flush=True)
    peer.close()


if __name__ == "__main__":
    main(sys.argv[1:])
