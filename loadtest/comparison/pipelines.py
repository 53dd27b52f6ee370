"""Measures ranking trees beside the libraries that people use for the same steps. See --help."""

import argparse
import dataclasses
import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

import burst
import machine
import process
from progress import Progress

# Before numpy and torch are loaded: every library gets one thread.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "base"
# The dense fields and how they are stored, by name.
FIELDS = {"f32": "f32", "f16": "f16", "int8": "int8", "bits": "binary"}
ALL = "all stages"
BITS_KEPT = (50, 100, 200, 500, 1_000)
PACKAGES = ("numpy", "fast-forward-indexes", "hnswlib", "usearch", "ranx")
SEED = 20260107
CANDIDATES = 1_000
K = 10
ALPHA = 0.02
# How much the sparse score counts where early stops are compared. Tuning on judged collections chose 0.05 for eight of ten
# lists and 0 for two (cascades.md); the others show when a stop begins to help.
STOP_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.5)
# Settings of the graphs. The lists searched go from quick to exact.
GRAPH_DEGREE, GRAPH_BUILD_WIDTH = 16, 200
GRAPH_WIDTHS = (10, 20, 40, 80, 160, 320, 640)
# The fields that get a graph.
GRAPHS = ("f32", "int8")
RECALLS = (0.90, 0.95, 0.99)

DESCRIPTION = """\
Builds a collection of the sparse vectors in --base. Its dense fields are random projections of the same vectors to
--dimensions numbers, of length 1: real neighbourhoods, and no model is needed. Then it starts `siskin serve` on one core,
and measures on another, in turns and with one thread each:

  interpolation   of 1,000 candidates: Siskin, numpy, and the library Fast-Forward in memory
  early stops     of an interpolation that keeps ten: how many dense scores are looked up at several weights, and whether
                  the list is that of looking up all
  dense search    Siskin's scan and its graphs, and the graphs of hnswlib and usearch at their settings of equal recall
  fusion          of two lists of 1,000 by reciprocal ranks: Siskin and ranx
  a cascade       sparse 1,000, interpolation 100, formula or trees 10: Siskin

Siskin's times are those that its answers report: of the stage alone, of the whole search in the server, and of the whole
call as the client sees it. The libraries' times are those of their calls, with the data in memory and in the form that they
want. Writes pipelines.md, pipelines.jsonl and a plot of the dense searches to the folder --out.
"""
EPILOG = """\
  python3 -m venv peers && peers/bin/pip install clients/python numpy scipy hnswlib usearch ranx fast-forward-indexes \\
    matplotlib
  SISKIN_PEERS_PYTHON=peers/bin/python loadtest/pipelines --base base.csr --queries queries.csr
"""


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/pipelines",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--base", type=pathlib.Path, required=True, metavar="FILE.csr", help="the documents")
    add("--queries", type=pathlib.Path, required=True, metavar="FILE.csr", help="the queries")
    add("--queries-max", type=int, default=300, metavar="N", help="how many queries are asked in a round"
        " (default %(default)s)")  # fmt: skip
    add("--dimensions", type=int, default=384, metavar="N", help="of the dense vectors (default %(default)s)")
    add("--trees", type=pathlib.Path, metavar="DIR", help="a ranking model of trees for the cascade, whose features take"
        " the stage sparse and terms only (default: a formula)")  # fmt: skip
    add("--rounds", type=int, default=5, metavar="N", help="how often all are measured (default %(default)s)")
    add("--warm-rounds", type=int, default=12, metavar="N", help="rounds of Siskin before the first that counts"
        " (default %(default)s)")  # fmt: skip
    add("--port", type=int, default=7790, metavar="N", help="of the server that is started (default %(default)s)")
    add("--core", type=int, default=0, metavar="N", help="of the server (default %(default)s)")
    add("--client-core", type=int, default=1, metavar="N", help="of the client and of the libraries"
        " (default %(default)s)")  # fmt: skip
    add("--without", action="append", default=[], choices=("fast-forward", "hnswlib", "usearch", "ranx"),
        help="a library to leave out; may be repeated")  # fmt: skip
    add("--only", metavar="REGEX", type=re.compile, default=re.compile(""), help="measure only what has a name that matches,"
        " such as 'interpolation' or 'cascade' (default: all)")  # fmt: skip
    add("--reuse-index", action="store_true", help="take the index that a former run left in --work")
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for the index and logs"
        " (default: loadtest/target/pipelines)")  # fmt: skip
    add("--out", type=pathlib.Path, default=ROOT / "docs" / "benchmarks", metavar="DIR", help="folder of the results"
        " (default: docs/benchmarks)")  # fmt: skip
    options = parser.parse_args(words)
    options.work = options.work or ROOT / "loadtest" / "target" / "pipelines"
    return options


@dataclasses.dataclass
class Vectors:
    """Sparse and dense vectors of documents and queries."""

    queries: list  # of (terms, weights)
    dense: object  # [documents, dimensions], f32
    dense_queries: object  # [queries, dimensions], f32


def project(base, queries, dimensions, count):
    """Returns the vectors of a measurement. The dense ones are projections of the sparse ones, of length 1."""
    import numpy as np
    import sparse
    from scipy.sparse import csr_matrix

    documents, asked = sparse.read_csr(base), sparse.read_csr(queries).head(count)
    random = np.random.default_rng(SEED).standard_normal((documents.columns, dimensions), np.float32)

    def dense(csr):
        rows = csr_matrix((csr.data, csr.indices, csr.indptr), shape=(csr.rows, csr.columns)) @ random
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1), np.float32)

    pairs = [asked.row(row) for row in range(asked.rows)]
    return Vectors(pairs, dense(documents), dense(asked))


@dataclasses.dataclass
class Times:
    """The microseconds of one way to do one thing, one list per round."""

    thing: str
    way: str
    rounds: list = dataclasses.field(default_factory=list)
    facts: dict = dataclasses.field(default_factory=dict)

    def row(self):
        import numpy as np

        p50s = [float(np.median(micros)) for micros in self.rounds]
        p99s = [float(np.percentile(micros, 99)) for micros in self.rounds]
        means = [float(np.mean(micros)) for micros in self.rounds]
        middle = {name: float(np.median(values)) for name, values in (("p50", p50s), ("p99", p99s), ("mean", means))}
        return {
            "thing": self.thing,
            "way": self.way,
            **{f"{name}_us": round(value, 1) for name, value in middle.items()},
            "p50_us_rounds": [round(value, 1) for value in p50s],
            **self.facts,
        }


def stop_name(alpha, stop):
    """Returns the name of an interpolation that keeps ten and may stop early."""
    return f"interpolation to {K}, f32, alpha {alpha}, stop {stop}"


class Siskin:
    """Asks a server, and keeps what its answers say of their times."""

    def __init__(self, client, vectors, options):
        import siskin_client

        self._client = client
        self._vectors = vectors
        self._rank = siskin_client
        self._options = options
        self.times = {}
        self.best = {}

    def hits(self, query, node):
        """Returns the documents that a tree finds, and their scores, best first."""
        hits = self._client.search(COLLECTION, query, node=node).hits
        return [(int(hit.id), hit.stage_scores[node.name]) for hit in hits]

    def interpolate(self, row, storage, stop, limit, alpha=ALPHA):
        rank = self._rank
        return rank.Interpolate(
            self.sparse(),
            storage,
            self._vectors.dense_queries[row],
            alpha,
            0,
            limit,
            early_stop=stop,
            name="interpolation",
        )

    def sparse(self):
        return self._rank.Sparse(limit=CANDIDATES, mode=self._rank.Exact(), name="sparse")

    def dense(self, row, storage, limit):
        return self._rank.Dense(storage, self._vectors.dense_queries[row], limit, name="dense", exact=True)

    def walk(self, row, storage, width):
        """Searches the graph of neighbours."""
        return self._rank.Dense(storage, self._vectors.dense_queries[row], K, name="dense", candidates=width)

    def coarse(self, row, kept):
        """Scans bits, and scores the best of them by the numbers themselves."""
        vector = self._vectors.dense_queries[row]
        return self._rank.Interpolate(self.dense(row, "bits", kept), "f32", vector, 0, 0, K, name="root")

    def trees(self):
        """Returns name → what makes the tree of a query, and the stage whose time is wanted, or ALL for their sum."""
        rank, stops = self._rank, self._rank.EarlyStop
        found = {}
        for kept in BITS_KEPT:
            found[f"dense search, bits {kept} + f32"] = (lambda row, n=kept: self.coarse(row, n), ALL)
        for storage in FIELDS:
            found[f"interpolation, {storage}"] = (
                lambda row, s=storage: self.interpolate(row, s, stops.NONE, CANDIDATES),
                "interpolation",
            )
            found[f"dense search, {storage}"] = (lambda row, s=storage: self.dense(row, s, K), "dense")
        for alpha in STOP_ALPHAS:
            for stop in (stops.NONE, stops.PROVEN, stops.HEURISTIC):
                found[stop_name(alpha, stop.name.lower())] = (
                    lambda row, s=stop, a=alpha: self.interpolate(row, "f32", s, K, a),
                    "interpolation",
                )
        for storage in GRAPHS:
            for width in GRAPH_WIDTHS:
                found[f"dense search, graph of {storage}, {width} candidates"] = (
                    lambda row, s=storage, n=width: self.walk(row, s, n),
                    "dense",
                )
        found["fusion"] = (
            lambda row: rank.Fuse(
                [self.sparse(), self.dense(row, "int8", CANDIDATES)], rank.ReciprocalRank(), CANDIDATES, name="fusion"
            ),
            "fusion",
        )
        found["cascade"] = (self.cascade, ALL)
        return {name: made for name, made in found.items() if self._options.only.search(name)}

    def cascade(self, row):
        rank = self._rank
        first = self.interpolate(row, "f32", rank.EarlyStop.NONE, 100)
        if self._options.trees:
            return rank.Trees(first, self._options.trees.name, limit=K, name="last")
        return rank.Compute(first, "score() + 0.01 * ln(1 + score('sparse', 0))", K, name="last")

    def round(self, counts):
        """Asks every query with every tree. counts: whether the times count."""
        for name, (make, stage) in self.trees().items():
            micros = {"stage": [], "server": [], "call": []}
            scored, best, parts = 0, [], {}
            for row, (terms, weights) in enumerate(self._vectors.queries):
                query = dict(zip(terms.tolist(), weights.tolist()))
                node = make(row)
                start = time.perf_counter_ns()
                result = self._client.search(COLLECTION, query, node=node)
                call = time.perf_counter_ns() - start
                wanted = [report for report in result.stages if stage in (ALL, report.name)]
                micros["stage"].append(sum(report.nanos for report in wanted) / 1e3)
                micros["server"].append(result.timings.search_nanos / 1e3)
                micros["call"].append(call / 1e3)
                scored += sum(report.documents_scored for report in wanted)
                for report in wanted if name == "cascade" else ():
                    parts.setdefault(report.name, []).append(report.nanos / 1e3)
                best.append([(int(hit.id), hit.score) for hit in result.hits])
            self.best[name] = best
            for kind, values in micros.items() if counts else ():
                way = {
                    "stage": "Siskin, all stages" if stage == ALL else "Siskin, the stage",
                    "server": "Siskin, the search",
                    "call": "Siskin, the call",
                }[kind]
                times = self.times.setdefault((name, kind), Times(name, way))
                times.rounds.append(values)
                times.facts["scored"] = scored / len(self._vectors.queries)
            for part, values in parts.items() if counts else ():
                times = self.times.setdefault((name, part), Times(name, f"Siskin, the stage {part}"))
                times.rounds.append(values)


class Libraries:
    """The libraries, each with its data in the form that it wants."""

    def __init__(self, vectors, options, progress):
        self._vectors = vectors
        self._only = options.only
        self._ways = {}
        self.times = {}
        self.best = {}
        self._left_out = options.without
        self._progress = progress

    def prepare(self, candidates, dense_lists):
        """candidates, dense_lists: for each query, the documents and scores of its lists of 1,000, best first."""
        made = (
            ("interpolation", "numpy", lambda: self._numpy(candidates)),
            ("dense search", "numpy", self._scan),
            ("interpolation", "fast-forward", lambda: self._fast_forward(candidates)),
            ("fusion", "ranx", lambda: self._ranx(candidates, dense_lists)),
            ("dense search", "hnswlib", self._hnswlib),
            ("dense search", "usearch", self._usearch),
        )
        for thing, library, make in made:
            if library not in self._left_out and self._only.search(thing):
                self._ways.update(make())

    def _numpy(self, candidates):
        import numpy as np

        matrix, asked = self._vectors.dense, self._vectors.dense_queries
        lists = [(np.array([d for d, _ in hits]), np.array([s for _, s in hits])) for hits in candidates]

        def one(row):
            documents, scores = lists[row]
            mixed = ALPHA * scores + (1 - ALPHA) * (matrix[documents] @ asked[row])
            order = np.argsort(-mixed, kind="stable")
            return documents[order], mixed[order]

        return {("interpolation", "numpy"): one}

    def _scan(self):
        import numpy as np

        matrix, asked = self._vectors.dense, self._vectors.dense_queries

        def one(row):
            scores = matrix @ asked[row]
            best = np.argpartition(-scores, K)[:K]
            return best[np.argsort(-scores[best], kind="stable")]

        return {("dense search", "numpy, exact"): one}

    def _fast_forward(self, candidates):
        from fast_forward.index import InMemoryIndex, Mode
        import pandas
        from fast_forward.encoder import LambdaEncoder
        from fast_forward.ranking import Ranking

        asked = self._vectors.dense_queries
        index = InMemoryIndex(LambdaEncoder(lambda text: asked[int(text)]), mode=Mode.MAXP)
        index.add(self._vectors.dense, doc_ids=[str(row) for row in range(len(self._vectors.dense))])
        index.consolidate()
        rankings = []
        for row, hits in enumerate(candidates):
            table = pandas.DataFrame(
                {
                    "q_id": str(row),
                    "id": [str(document) for document, _ in hits],
                    "score": [score for _, score in hits],
                    "query": str(row),
                }
            )
            rankings.append(Ranking(table, dtype="float32"))

        def one(row):
            return rankings[row].interpolate(index(rankings[row]), ALPHA)

        return {("interpolation", "Fast-Forward"): one}

    def _ranx(self, candidates, dense_lists):
        import ranx

        def run(row, hits):
            return ranx.Run({str(row): {str(document): score for document, score in hits}})

        pairs = [(run(row, a), run(row, b)) for row, (a, b) in enumerate(zip(candidates, dense_lists))]
        return {("fusion", "ranx"): lambda row: ranx.fuse(list(pairs[row]), method="rrf", params={"k": 60})}

    def _hnswlib(self):
        import hnswlib

        documents, dimensions = self._vectors.dense.shape
        graph = hnswlib.Index("ip", dimensions)
        graph.init_index(documents, ef_construction=GRAPH_BUILD_WIDTH, M=GRAPH_DEGREE)
        graph.set_num_threads(os.cpu_count())
        start = time.perf_counter()
        graph.add_items(self._vectors.dense)
        self._progress.say(f"hnswlib's graph took {time.perf_counter() - start:.0f} s on all cores")
        graph.set_num_threads(1)
        asked = self._vectors.dense_queries

        def at(width):
            def one(row):
                graph.set_ef(width)
                return graph.knn_query(asked[row], K)[0][0]

            return one

        return {("dense search", f"hnswlib, ef {width}"): at(width) for width in GRAPH_WIDTHS}

    def _usearch(self):
        import numpy as np
        from usearch.index import Index

        documents, dimensions = self._vectors.dense.shape
        graph = Index(
            ndim=dimensions,
            metric="ip",
            dtype="f32",
            connectivity=GRAPH_DEGREE,
            expansion_add=GRAPH_BUILD_WIDTH,
        )
        start = time.perf_counter()
        graph.add(np.arange(documents), self._vectors.dense, threads=os.cpu_count())
        self._progress.say(f"usearch's graph took {time.perf_counter() - start:.0f} s on all cores")
        asked = self._vectors.dense_queries

        def at(width):
            def one(row):
                graph.expansion_search = width
                return graph.search(asked[row], K, threads=1).keys

            return one

        return {("dense search", f"usearch, expansion {width}"): at(width) for width in GRAPH_WIDTHS}

    def round(self, counts):
        for (thing, way), one in self._ways.items():
            micros, best = [], []
            for row in range(len(self._vectors.queries)):
                start = time.perf_counter_ns()
                found = one(row)
                micros.append((time.perf_counter_ns() - start) / 1e3)
                best.append(found)
            self.best[thing, way] = best
            if counts:
                self.times.setdefault((thing, way), Times(thing, way)).rounds.append(micros)


def recall(found, exact):
    """Returns the share of the exact best documents that were found, as a mean over the queries."""
    shares = [len(set(map(int, a[:K])) & set(map(int, b[:K]))) / K for a, b in zip(found, exact)]
    return sum(shares) / len(shares)


class Measurement:
    """One run."""

    def __init__(self, options):
        self._options = options
        self._work = options.work
        self._work.mkdir(parents=True, exist_ok=True)
        self.progress = Progress()
        self.rows = []

    def run(self):
        options = self._options
        subprocess.run([ROOT / "bin" / "siskin", "--version"], check=True, stdout=subprocess.DEVNULL)
        os.sched_setaffinity(0, {options.core, options.client_core})
        self.progress.say("projecting the vectors")
        vectors = project(options.base, options.queries, options.dimensions, options.queries_max)
        if not options.reuse_index:
            self._index(vectors)
        import siskin_client

        models = [f"--model={options.trees}"] if options.trees else []
        with (
            burst.Server(self._work / "data", options.port, options.core, self._work, models) as server,
            siskin_client.SiskinClient(server.target) as client,
        ):
            siskin = Siskin(client, vectors, options)
            self.progress.say(f"warming up, {options.warm_rounds} rounds")
            for _ in range(options.warm_rounds):
                siskin.round(counts=False)
            libraries = self._prepared(siskin, vectors)
            os.sched_setaffinity(0, {options.client_core})
            libraries.round(counts=False)
            for number in range(1, options.rounds + 1):
                self.progress.say(f"round {number} of {options.rounds}")
                siskin.round(counts=True)
                libraries.round(counts=True)
        self._check(siskin, libraries)
        self._keep(siskin, libraries)

    def _index(self, vectors):
        import numpy as np

        data, dense = self._work / "data", self._work / "dense.npy"
        np.save(dense, vectors.dense)
        words = [ROOT / "bin" / "siskin", "index", f"--input={self._options.base}", f"--output={data}"]
        words += [f"--collection={COLLECTION}", "--json"]
        for name, storage in FIELDS.items():
            words += [
                f"--dense-field={name}:{self._options.dimensions}:{storage}",
                f"--dense-npy={name}={dense}",
            ]
        words += [f"--dense-graph={name}={GRAPH_DEGREE}:{GRAPH_BUILD_WIDTH}" for name in GRAPHS]
        self.progress.say("indexing")
        process.run(words, self._work / "index.log", 1800, environment={"SISKIN_NO_BUILD": "1"})

    def _prepared(self, siskin, vectors):
        """The lists that the libraries begin with are those of Siskin's own stages."""
        candidates, dense_lists = [], []
        for row, (terms, weights) in enumerate(vectors.queries):
            query = dict(zip(terms.tolist(), weights.tolist()))
            for lists, node in ((candidates, siskin.sparse()), (dense_lists, siskin.dense(row, "int8", CANDIDATES))):
                lists.append(siskin.hits(query, node))
        libraries = Libraries(vectors, self._options, self.progress)
        self.progress.say("preparing the libraries")
        libraries.prepare(candidates, dense_lists)
        return libraries

    def _check(self, siskin, libraries):
        """Siskin's interpolation is that of numpy but for rounding, and the proven stop changes no list."""
        import numpy as np

        numpy_lists = libraries.best.get(("interpolation", "numpy"), [])
        for ours, (_, scores) in zip(siskin.best.get("interpolation, f32", []), numpy_lists):
            np.testing.assert_allclose([score for _, score in ours], scores, rtol=1e-4, atol=1e-5)
        for alpha in STOP_ALPHAS:
            whole, proven = (siskin.best.get(stop_name(alpha, stop)) for stop in ("none", "proven"))
            if whole and proven and whole != proven:
                raise AssertionError(f"alpha {alpha}: the proven stop does not give the list of all documents")

    def _keep(self, siskin, libraries):
        exact = libraries.best.get(("dense search", "numpy, exact"))
        for (name, _), times in siskin.times.items():
            if name.startswith("dense search") and exact:
                times.facts["recall"] = recall([[d for d, _ in hits] for hits in siskin.best[name]], exact)
            before, stop, _ = name.partition(", stop ")
            whole = siskin.best.get(f"{before}, stop none")
            if stop and whole:
                times.facts["same_list"] = sum(a == b for a, b in zip(siskin.best[name], whole)) / len(whole)
            self.rows.append(times.row())
        for (thing, way), times in libraries.times.items():
            if thing == "dense search" and exact:
                times.facts["recall"] = recall(libraries.best[thing, way], exact)
            self.rows.append(times.row())

    def report(self, command):
        """Writes the table and the rows. Returns the path of the table."""
        out = self._options.out
        out.mkdir(parents=True, exist_ok=True)
        facts = machine.describe(ROOT, PACKAGES)
        lines = table(self.rows)
        packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
        lines += [
            "",
            "```",
            command,
            f"Siskin {facts['commit']}; {facts['cpu']}, {facts['cores']} cores; {facts['date']}",
        ]
        path = out / "pipelines.md"
        path.write_text("\n".join([*lines, packages, "```", ""]), "utf-8")
        path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in self.rows), "utf-8")
        curves = dense_curves(self.rows)
        if not curves:
            self.progress.say("the plot is left out: no dense search was measured beside numpy")
        elif importlib.util.find_spec("matplotlib") is None:
            self.progress.say("the plot is left out: there is no matplotlib")
        else:
            import plots

            plots.dense_search(curves, [command], out / "dense-search")
        return path


def dense_curves(rows):
    """Returns way → [(recall, median microseconds)] of the dense searches. Siskin's times are those of its stages."""
    curves = {}
    for row in rows:
        if not row["thing"].startswith("dense search") or "recall" not in row:
            continue
        if row["thing"] == "dense search":
            way = row["way"].partition(",")[0]
        elif row["way"] in ("Siskin, the stage", "Siskin, all stages"):
            way = "Siskin, " + re.sub(r"^bits \d+", "bits", re.sub(r", \d+ candidates$", "", row["thing"][14:]))
        else:
            continue
        curves.setdefault(way, []).append((row["recall"], row["p50_us"]))
    return curves


def table(rows):
    """Returns a Markdown table with one row per thing and way."""
    lines = [
        "Microseconds per query. A figure is the median over the rounds. *Same list* is the share of the queries whose list is"
        " the one without an early stop, to the last bit of every score.",
        "",
    ]
    lines += [
        "| what | by | p50 | p99 | mean | recall@10 | documents scored | same list |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: (row["thing"].split(",")[0].split(" to ")[0], row["thing"])):
        times = " | ".join(f"{row[name]:,.1f}" for name in ("p50_us", "p99_us", "mean_us"))
        share = f"{row['recall']:.3f}" if "recall" in row else ""
        scored = f"{row['scored']:,.0f}" if "scored" in row else ""
        same = f"{row['same_list']:.0%}" if "same_list" in row else ""
        lines.append(f"| {row['thing']} | {row['way']} | {times} | {share} | {scored} | {same} |")
    return lines


def main(words):
    options = arguments(words)
    process.stop_on_signals()
    measurement = Measurement(options)
    try:
        measurement.run()
    except process.Failed as failed:
        sys.exit(f"loadtest/pipelines: {failed}")
    shown = map(machine.without_folders, words)
    path = measurement.report(shlex.join(["loadtest/pipelines", *shown]))
    measurement.progress.say(f"{len(measurement.rows)} rows written to {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
