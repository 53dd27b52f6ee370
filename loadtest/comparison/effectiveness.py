"""Measures encoders on judged collections. See --help."""

import argparse
import importlib.util
import itertools
import json
import pathlib
import shlex
import subprocess
import sys

import beir
import cascades
import machine
import process
import rankings
from progress import Progress

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT_IN = {
    "bm25": "--encoder bm25",
    "bm25, k1 1.2, b .75": "--encoder bm25 --bm25-k1 1.2 --bm25-b 0.75",
    "idf": "--encoder idf",
}
DEPTH = 1000
# This script and `eval` compute the same metrics from the same ranking, but `eval` prints only
# five digits.
DISAGREEMENT_MAX = 2e-5
STEP_SECONDS = 30

DESCRIPTION = """\
Indexes each collection with each encoder and answers its judged queries in mode exact. Writes effectiveness.md and
.jsonl to the folder --out. They have nDCG@10 and Recall@100 of each encoder and of fusions by reciprocal ranks, the
size of the indexes in bytes, and times.

A collection is a folder in BEIR's layout, with corpus.jsonl, queries.jsonl (both may be compressed) and qrels.tsv. The
encoders bm25 (with two settings) and idf are included, unless --no-built-in is given.

--cascades measures ranking trees instead; see loadtest/effectiveness --cascades --help.
"""
EPILOG = """\
  loadtest/effectiveness --collection scifact --collection cranfield --encoder 'splade=--document-model splade/' \\
    --dense minilm=minilm/ --fusion bm25+splade --fusion bm25+splade+minilm
"""


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/effectiveness",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--collection", action="append", required=True, type=pathlib.Path, metavar="DIR", help="a collection;"
        " may be repeated")  # fmt: skip
    add("--encoder", action="append", default=[], metavar="NAME=OPTIONS", help="an encoder, as the options of"
        " `siskin index` in one argument;"
        " may be repeated")  # fmt: skip
    add("--dense", action="append", default=[], metavar="NAME=DIR", help="a model directory that gives dense vectors:"
        " every document is compared with every query; needs numpy; may be repeated")  # fmt: skip
    add("--fusion", action="append", default=[], metavar="NAME+NAME", help="encoders to fuse; may be repeated")
    add("--no-built-in", action="store_true", help="leave out bm25 and idf, for documents that are vectors")
    add("--queries-max", type=int, metavar="N", help="use only the first N judged queries of each collection"
        " (default: all)")  # fmt: skip
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for indexes, runs and logs"
        " (default: loadtest/target/effectiveness)")  # fmt: skip
    add("--out", type=pathlib.Path, default=ROOT / "docs" / "benchmarks", metavar="DIR", help="folder of the results"
        " (default: docs/benchmarks)")  # fmt: skip
    add("--name", default="effectiveness", help="name of the files in --out (default %(default)s)")
    add("--step-minutes-max", type=float, default=60, metavar="M", help="time limit of one process in"
        " minutes (default %(default)s)")  # fmt: skip
    options = parser.parse_args(words)
    options.work = options.work or ROOT / "loadtest" / "target" / "effectiveness"
    options.encoders = {} if options.no_built_in else dict(BUILT_IN)
    options.encoders.update(_named(parser, "--encoder", options.encoder))
    options.dense = _named(parser, "--dense", options.dense)
    names = [*options.encoders, *options.dense]
    options.fusion = [fusion.split("+") for fusion in options.fusion]
    for name in itertools.chain.from_iterable(options.fusion):
        if name not in names:
            parser.error(f"--fusion {name}: expected some of {', '.join(names)}")
    for directory in options.collection:
        missing = beir.what_is_missing(directory)
        if missing:
            parser.error(f"--collection {directory}: {missing}")
    return options


def _named(parser, option, words):
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            parser.error(f"{option} {word}: expected NAME=VALUE")
        pairs[name] = value
    return pairs


class Effectiveness:
    """One run over all encoders and collections."""

    def __init__(self, options):
        self._options = options
        self._work = options.work
        self._work.mkdir(parents=True, exist_ok=True)
        self._seconds_max = options.step_minutes_max * 60
        self._program = ROOT / "bin" / "siskin"
        self.progress = Progress()
        self.rows = []

    def run(self):
        subprocess.run([self._program, "--version"], check=True, stdout=subprocess.DEVNULL)
        names = [*self._options.encoders, *self._options.dense]
        steps = [(f"{c.name}: {name}", STEP_SECONDS) for c in self._options.collection for name in names]
        self.progress.expect(steps)
        for collection in self._options.collection:
            self._measure(collection)

    def _measure(self, collection):
        files = beir.files_of(collection)
        part = self._work / f"{collection.name}-queries.jsonl"
        files["queries"] = beir.first_judged(files, self._options.queries_max, part)
        judgments = rankings.read_judgments(files["judgments"])
        if self._options.queries_max:
            asked = {query["_id"] for query in map(json.loads, files["queries"].read_text("utf-8").splitlines())}
            judgments = {query: grades for query, grades in judgments.items() if query in asked}
        runs = {}
        for name, options in self._options.encoders.items():
            runs[name] = self.progress.step(lambda: self._sparse(collection.name, name, options, files, judgments))
        for name, directory in self._options.dense.items():
            runs[name] = self.progress.step(lambda: self._dense(collection.name, name, directory, files, judgments))
        for names in self._options.fusion:
            self._keep(collection.name, " + ".join(names), rankings.fuse([runs[name] for name in names]), judgments)

    def _siskin(self, words, log):
        process.run([self._program, *words], log, self._seconds_max, environment={"SISKIN_NO_BUILD": "1"})
        return json.loads(log.read_text("utf-8").splitlines()[-1])

    def _sparse(self, collection, name, options, files, judgments):
        stem = "".join(c if c.isalnum() else "-" for c in name)
        data = self._work / "data"
        place = [f"--collection={collection}-{stem}"]
        log = self._work / f"{collection}-{stem}"
        built = self._siskin(
            ["index", f"--input={files['corpus']}", f"--output={data}", *place, "--json", "--no-calibration"]
            + shlex.split(options),
            log.with_suffix(".index.log"),
        )
        run_file = log.with_suffix(".trec")
        told = self._siskin(
            ["eval", f"--data={data}", *place, f"--queries={files['queries']}", f"--qrels={files['judgments']}"]
            + [f"--k={DEPTH}", "--mode=exact", f"--run={run_file}", "--json"],
            log.with_suffix(".eval.log"),
        )
        run = rankings.read_run(run_file)
        row = self._keep(collection, name, run, judgments, options=options, built=built, told=told)
        if not self._options.queries_max and abs(row["ndcg@10"] - told["nDCG@10"]) > DISAGREEMENT_MAX:
            sys.exit(f"{collection}, {name}: nDCG@10 is {row['ndcg@10']} here, {told['ndcg@10']} in `siskin eval`")
        return run

    def _dense(self, collection, name, directory, files, judgments):
        import dense

        documents = self._encoded(collection, name, directory, files["corpus"], "document")
        queries = self._encoded(collection, name, directory, files["queries"], "query")
        run = dense.nearest(documents, queries, DEPTH)
        self._keep(collection, name, run, judgments, options=f"dense, {directory}")
        return run

    def _encoded(self, collection, name, directory, texts, side):
        """Returns the file of vectors that `siskin encode` makes from a file of texts."""
        out = self._work / f"{collection}-{name}-{side}.jsonl"
        words = ["encode", f"--model={directory}", f"--side={side}", f"--input={texts}"]
        process.run([self._program, *words], out, self._seconds_max, environment={"SISKIN_NO_BUILD": "1"})
        return out

    def _keep(self, collection, encoder, run, judgments, built=None, told=None, options=None):
        gain, found = rankings.means(run, judgments)
        row = {"collection": collection, "encoder": encoder, "ndcg@10": gain, "recall@100": found}
        row["options"] = options and machine.without_folders(options)
        if built and told:
            row["documents"] = built["documents"]
            row["index_bytes"] = built["bytes"]
            row["build_s"] = built["seconds"]
            row["query_ms"] = 1e3 * told["seconds"] / told["queries"]
        self.rows.append(row)
        return row

    def report(self, command):
        """Writes the table and the rows. Returns the path of the table."""
        out = self._options.out
        out.mkdir(parents=True, exist_ok=True)
        facts = machine.describe(ROOT)
        lines = table(self.rows, [directory.name for directory in self._options.collection])
        lines += [
            "",
            "```",
            command,
            f"Siskin {facts['commit']}; {facts['cpu']}, {facts['cores']} cores; {facts['date']}",
        ]
        path = out / f"{self._options.name}.md"
        path.write_text("\n".join([*lines, "```", ""]), "utf-8")
        path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in self.rows), "utf-8")
        return path


def table(rows, collections):
    """Returns a Markdown table with one row per encoder. Each collection has a column with nDCG@10 / Recall@100."""
    lines = ["nDCG@10 / Recall@100, and index bytes where there is an index of its own:", ""]
    lines += ["| encoder | " + " | ".join(collections) + " |", "|---" * (len(collections) + 1) + "|"]
    cells = {(row["encoder"], row["collection"]): _cell(row) for row in rows}
    for encoder in dict.fromkeys(row["encoder"] for row in rows):
        found = [cells.get((encoder, collection), "") for collection in collections]
        lines.append(f"| {encoder} | " + " | ".join(found) + " |")
    return lines


def _cell(row):
    figures = f"{row['ndcg@10']:.3f} / {row['recall@100']:.3f}"
    return figures + (f", {row['index_bytes'] / 1e6:.1f} MB" if "index_bytes" in row else "")


def main(words):
    if "--cascades" in words:
        cascades.main([word for word in words if word != "--cascades"])
        return
    options = arguments(words)
    if options.dense and importlib.util.find_spec("numpy") is None:
        sys.exit(f"loadtest/effectiveness: {sys.executable} has no numpy, which --dense needs")
    process.stop_on_signals()
    run = Effectiveness(options)
    try:
        run.run()
    except process.Failed as failed:
        sys.exit(f"loadtest/effectiveness: {failed}")
    path = run.report(shlex.join(["loadtest/effectiveness", *map(machine.without_folders, words)]))
    run.progress.say(f"{len(run.rows)} rows written to {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
