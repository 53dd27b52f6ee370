"""Measures ranking trees on judged collections: fusions, interpolation, feedback, trained trees, passages. See --help."""

import argparse
import hashlib
import importlib.util
import json
import pathlib
import shlex
import shutil
import subprocess
import sys

import beir
import machine
import process
import rankings
from progress import Progress

ROOT = pathlib.Path(__file__).resolve().parents[2]
DENSE = "minilm"
DIMENSIONS = 384
SLICES = "slices"
SLICE_COUNT = 768
MODELS = ("bm25", "splade", DENSE)
HALF = "half of the queries"
DEPTH = 1_000
KEPT = 100
HASHED_BITS = 4_096
LATE_ALPHAS = (0.0, 0.5)
PASSAGE_WORDS, PASSAGE_STEP = 100, 50
FEATURES = (
    ("sparse", "score('sparse', 0)"),
    ("sparse rank", "rank('sparse', 1001)"),
    ("dense", "dense('minilm', -1)"),
    ("dense rank", "rank('dense', 1001)"),
    ("fused", "score()"),
    ("share", "matched_share()"),
    ("matched", "matched_terms()"),
    ("length", "document_terms()"),
)

DESCRIPTION = """\
Indexes each collection with BM25 and with a sparse model, both with the vectors of a dense model beside, and answers its
judged queries by trees of stages. Writes cascades.md, .jsonl, .svg and .png to the folder --out. They have nDCG@10, Recall@100, the mean
microseconds of each stage, and how each tree compares with the better of its parts (paired t-test). Weights are tuned by
cross-validation, and trees are trained on every other query and measured on the rest. Every query is asked twice, and the
second time counts.
"""
EPILOG = """\
  mvn -Pmodels package -pl models/minilm
  python3 -m venv peers && peers/bin/pip install numpy scipy lightgbm onnxmltools onnxruntime matplotlib
  SISKIN_PEERS_PYTHON=peers/bin/python loadtest/effectiveness --cascades --collection scifact --collection cranfield \\
    --splade splade-tiny --minilm models/minilm/target/minilm
"""


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/effectiveness --cascades",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--collection", action="append", required=True, type=pathlib.Path, metavar="DIR", help="a folder in BEIR's layout;"
        " may be repeated")  # fmt: skip
    add("--splade", type=pathlib.Path, required=True, metavar="DIR", help="a model directory of a sparse model")
    add(
        "--minilm",
        type=pathlib.Path,
        required=True,
        metavar="DIR",
        help="a model directory of a dense model of 384 numbers",
    )
    add(
        "--queries-max",
        type=int,
        metavar="N",
        help="use only the first N judged queries of each collection (default: all)",
    )
    add(
        "--late",
        type=pathlib.Path,
        metavar="DIR",
        help="a model directory that gives numbers over the vocabulary for each token. Measures late interaction instead, and"
        " writes late-interaction.md: SLIM with this model, the token vectors of the dense model, and hashed terms",
    )
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for indexes, runs and logs"
        " (default: loadtest/target/cascades)")  # fmt: skip
    add("--out", type=pathlib.Path, default=ROOT / "docs" / "benchmarks", metavar="DIR", help="folder of the results"
        " (default: docs/benchmarks)")  # fmt: skip
    options = parser.parse_args(words)
    options.work = options.work or ROOT / "loadtest" / "target" / "cascades"
    for directory in options.collection:
        missing = beir.what_is_missing(directory)
        if missing:
            parser.error(f"--collection {directory}: {missing}")
    return options


# The trees


def sparse(limit=DEPTH, name="sparse"):
    return {"name": name, "limit": limit, "sparse": {"mode": {"exact": {}}}}


def dense(limit=DEPTH, name="dense"):
    return {"name": name, "limit": limit, "dense": {"field": DENSE}}


def fused(method, limit=DEPTH):
    inputs = [{"node": sparse(), "weight": 1}, {"node": dense(), "weight": 1}]
    return {"name": "fused", "limit": limit, "fuse": {"inputs": inputs, **method}}


RRF = {"reciprocalRank": {}}


def linear(normalization, missing):
    return {"linear": {"normalization": f"SCORE_NORMALIZATION_{normalization}", "missingScore": missing}}


def interpolated(alpha=0.05):
    by = {"field": DENSE, "alpha": alpha, "missingScore": -1, "earlyStop": "EARLY_STOP_PROVEN"}
    return {"name": "interpolated", "limit": KEPT, "rescore": {"input": sparse(), "interpolation": by}}


def expanded(first, name="again"):
    again = {"mode": {"exact": {}}}
    return {"name": name, "limit": DEPTH, "feedback": {"input": first, "search": again, "documents": 10, "terms": 20}}


def dense_feedback(first):
    by = {"input": first, "dense": {"field": DENSE}, "documents": 3, "queryWeight": 1, "documentWeight": 0.5}
    return {"name": "dense again", "limit": DEPTH, "feedback": by}


HYBRIDS = {
    "RRF": fused(RRF),
    "min-max": fused(linear("MIN_MAX", 0)),
    "z-score": fused(linear("Z_SCORE", -1)),
    "distribution": fused(linear("DISTRIBUTION", 0)),
    "interpolation": interpolated(),
}
FEEDBACKS = {
    "feedback of terms": expanded(sparse(10, "best")),
    "feedback of terms after RRF": expanded({**fused(RRF, 10)}),
    "feedback of vectors": dense_feedback(dense(3, "best")),
    "feedback of vectors after RRF": dense_feedback(fused(RRF, 3)),
}


def late(first, field, alpha=0.0, limit=KEPT):
    by = {"field": field, "missingScore": 0, "alpha": alpha}
    return {"name": "late", "limit": limit, "rescore": {"input": first, "maxSim": by}}


class Cascades:
    """One run over all collections."""

    def __init__(self, options):
        self._options = options
        self._work = options.work
        self._work.mkdir(parents=True, exist_ok=True)
        self._data = self._work / "data"
        self.progress = Progress()
        self.rows = []

    def run(self, command):
        """Measures all collections, and writes the tables after each. Returns the path of the tables."""
        subprocess.run([ROOT / "bin" / "siskin", "--version"], check=True, stdout=subprocess.DEVNULL)
        path = None
        for collection in self._options.collection:
            self._measure(collection)
            path = self.report(command)
        return path

    def _siskin(self, words, log, seconds=3600):
        log = self._work / log
        process.run([ROOT / "bin" / "siskin", *words], log, seconds, environment={"SISKIN_NO_BUILD": "1"})
        return log.read_text("utf-8")

    def _measure(self, directory):
        name = directory.name
        files = beir.files_of(directory)
        part = self._work / f"{name}-queries.jsonl"
        files["queries"] = beir.first_judged(files, self._options.queries_max, part)
        if self._options.late:
            self._late(name, files)
            return
        vectors = self._vectors(name, files["corpus"])
        self._index(name, "bm25", ["--encoder=bm25", "--bm25-k1=0.9", "--bm25-b=0.4"], files, vectors)
        self._index(name, "splade", [f"--document-model={self._options.splade}"], files, vectors, SLICES)
        runs = {}
        for index in ("bm25", "splade"):
            runs[index] = self._eval(name, index, index, None, files)
        runs["minilm"] = self._eval(name, "minilm", "bm25", dense(), files)
        self._eval(
            name,
            "splade, slices (DSR)",
            "splade",
            {"name": "slices", "limit": DEPTH, "densified": {"field": SLICES}},
            files,
        )
        for index in ("bm25", "splade"):
            better = max((runs[index], runs["minilm"]), key=lambda row: row["ndcg@10"])
            for what, tree in HYBRIDS.items():
                self._eval(name, f"{index} + minilm, {what}", index, tree, files, better)
            self._tune(name, index, "min-max", HYBRIDS["min-max"], files, better)
            self._tune(name, index, "interpolation", HYBRIDS["interpolation"], files, better)
            for what, tree in FEEDBACKS.items():
                if "vectors" not in what or index == "bm25":
                    base = runs["minilm"] if what == "feedback of vectors" else runs[index]
                    self._eval(name, f"{index}, {what}", index, tree, files, base)
        self._passages(name, files, runs["bm25"])
        self._train(name, files)

    def _late(self, name, files):
        """Measures vectors of tokens, and bits of terms: of the sparse model, and of the hidden states of the dense one."""
        self.progress.say(f"{name}: encoding the tokens with the sparse model")
        lines, vectors = self._work / f"{name}-slim.out", self._work / f"{name}-slim.jsonl"
        words = ["encode", f"--model={self._options.late}", "--side=document", f"--input={files['corpus']}"]
        self._siskin([*words, "--token-vectors=words", "--token-terms=20"], lines.name, 4 * 3600)
        vectors.write_text("".join(line.rstrip() + "\n" for line in beir.lines_of(lines) if line.startswith("{")), "utf-8")
        slim = {**files, "corpus": vectors}
        fields = ["--dense-field=words:20:terms:dot:512", f"--dense-field=hashed:{HASHED_BITS}:hashed"]
        self._build(name, "slim", [f"--query-model={self._options.late}", *fields], slim)
        states = self._work / "states"
        shutil.copytree(self._options.minilm, states, dirs_exist_ok=True)
        yaml = states / "encoder.yaml"
        yaml.write_text(yaml.read_text("utf-8").replace("pooling: mean", "pooling: tokens"), "utf-8")
        fields = [f"--dense-field=states:{DIMENSIONS}:int8:cosine:256", f"--dense-encoder=states={states}"]
        self._build(name, "states", ["--encoder=bm25", "--bm25-k1=0.9", "--bm25-b=0.4", *fields], files)
        splade = self._eval(name, "splade", "slim", None, files)
        bm25 = self._eval(name, "bm25", "states", None, files)
        for alpha in LATE_ALPHAS:
            share = f", and {alpha:g} of the first score" if alpha else ""
            system = f"splade, the best {KEPT} by its tokens (SLIM){share}"
            self._eval(name, system, "slim", late(sparse(KEPT), "words", alpha), files, splade)
            # The score of BM25 and the sum over the tokens of a query have about the same size.
            system = f"bm25, the best {KEPT} by MiniLM's tokens{share}"
            self._eval(name, system, "states", late(sparse(KEPT), "states", alpha), files, bm25)
        hashed = {"name": "hashed", "limit": DEPTH, "densified": {"field": "hashed"}}
        self._eval(name, f"splade, {HASHED_BITS:,} hashed bits", "slim", hashed, files, splade)

    def _vectors(self, name, corpus):
        """Returns a .npy file with the dense vectors of the documents. It is made once per model and corpus."""
        import numpy as np

        out = self._work / f"{name}-{DENSE}.npy"
        stamp = self._work / f"{name}-{DENSE}.made-of"
        made_of = made_from(self._options.minilm, corpus)
        if not (out.exists() and stamp.exists() and stamp.read_text() == made_of):
            self.progress.say(f"{name}: encoding the documents with the dense model")
            lines = self._work / f"{name}-{DENSE}.jsonl"
            words = ["encode", f"--model={self._options.minilm}", "--side=document", f"--input={corpus}"]
            self._siskin(words, lines.name, 4 * 3600)
            rows = [json.loads(line)["dense"][0] for line in beir.lines_of(lines) if line.startswith("{")]
            np.save(out, np.asarray(rows, np.float32))
            stamp.write_text(made_of)
        return out

    def _index(self, name, index, options, files, vectors, slices=None):
        fields = [f"--dense-field={DENSE}:{DIMENSIONS}:f32:cosine", f"--dense-npy={DENSE}={vectors}"]
        fields.append(f"--dense-query-encoder={DENSE}={self._options.minilm}")
        if slices:
            fields.append(f"--dense-field={slices}:{SLICE_COUNT}:slices")
        self._build(name, index, [*options, *fields], files)

    def _build(self, name, index, options, files):
        self.progress.say(f"{name}: indexing with {index}")
        words = ["index", f"--input={files['corpus']}", f"--output={self._data}", f"--collection={name}-{index}"]
        self._siskin([*words, "--json", "--no-calibration", *options], f"{name}-{index}.index.log", 4 * 3600)

    def _eval(self, name, system, index, tree, files, better=None, queries=None, judgments=None, model=None, keep=True):
        """Answers the queries. Returns the row, which has the run. better: the row of the better part."""
        stem = f"{name}-{_stem(system)}"
        run = self._work / f"{stem}.trec"
        words = [
            "eval",
            f"--data={self._data}",
            f"--collection={name}-{index}",
            f"--queries={queries or files['queries']}",
        ]
        words += [f"--qrels={judgments or files['judgments']}", f"--k={KEPT}", f"--run={run}", "--warm-up=1"]
        words += ["--mean-over=asked", "--json"]
        if tree is None:
            words.append("--mode=exact")
        else:
            file = self._work / f"{stem}.json"
            file.write_text(json.dumps(tree, indent=1), "utf-8")
            words.append(f"--pipeline={file}")
        if model:
            words.append(f"--model={model}")
        told = json.loads(self._siskin(words, f"{stem}.eval.log").splitlines()[-1])
        row = {
            "collection": name,
            "system": system,
            "ndcg@10": told["nDCG@10"],
            "recall@100": told["Recall@100"],
            "stages": [[stage["name"], stage["mean_micros"]] for stage in told.get("stages", [])],
            "run": str(run),
        }
        if better:
            row |= compare(row["run"], better, queries or files["queries"], files["judgments"])
        return self._keep(row) if keep else row

    def _keep(self, row):
        self.rows.append(row)
        self.progress.say(f"{row['collection']}: {row['system']}: {row['ndcg@10']:.4f} / {row['recall@100']:.4f}")
        return row

    def _tune(self, name, index, what, tree, files, better):
        """Keeps the figure of cross-validation: each fold is measured with numbers that were chosen on the others."""
        file = self._work / f"{name}-{index}-{what}.json"
        file.write_text(json.dumps(tree), "utf-8")
        words = ["tune", f"--data={self._data}", f"--collection={name}-{index}", f"--queries={files['queries']}"]
        words += [f"--qrels={files['judgments']}", f"--pipeline={file}"]
        words += [f"--out={file.with_suffix('.tuned.json')}"]
        lines = self._siskin(words, f"{name}-{index}-{what}.tune.log").splitlines()
        folds = next(line.split() for line in lines if line.startswith("all folds"))
        row = {"collection": name, "system": f"{index} + minilm, {what}, tuned", "ndcg@10": float(folds[-1])}
        row |= {"recall@100": float("nan"), "stages": [], "better_part": better["system"]}
        row["difference"] = row["ndcg@10"] - better["ndcg@10"]
        self._keep(row)

    def _passages(self, name, files, whole):
        """Indexes passages of 100 words, and groups them into documents again."""
        corpus = self._work / f"{name}-passages.jsonl"
        counts = split_documents(files["corpus"], corpus)
        judged = self._work / f"{name}-passages.qrels.tsv"
        split_judgments(rankings.read_judgments(files["judgments"]), counts, judged)
        self.progress.say(f"{name}: indexing {sum(counts.values()):,} passages")
        words = ["index", f"--input={corpus}", f"--output={self._data}", f"--collection={name}-passages", "--json"]
        words += ["--encoder=bm25", "--bm25-k1=0.9", "--bm25-b=0.4", "--no-calibration", "--field=doc:string"]
        self._siskin(words, f"{name}-passages.index.log")
        grades = rankings.read_judgments(files["judgments"])
        asked = {json.loads(line)["_id"] for line in beir.lines_of(files["queries"])}
        grades = {query: grade for query, grade in grades.items() if query in asked}
        for what, score in (
            ("MaxP", {"score": "GROUP_SCORE_MAX"}),
            ("SumP of 2", {"score": "GROUP_SCORE_SUM", "bestCount": 2}),
        ):
            tree = {
                "name": "documents",
                "limit": DEPTH,
                "group": {"input": sparse(10 * DEPTH), "field": "doc", **score},
            }
            row = self._eval(name, f"bm25, {what}", "passages", tree, files, judgments=judged, keep=False)
            run = {
                query: [hit.rsplit("#", 1)[0] for hit in hits] for query, hits in rankings.read_run(row["run"]).items()
            }
            row["ndcg@10"], row["recall@100"] = rankings.means(run, grades)
            row |= {"better_part": "bm25", "difference": row["ndcg@10"] - whole["ndcg@10"]}
            self._keep(row)

    def _train(self, name, files):
        """Trains trees on every other query, and measures them and what they rescore on the others."""
        if importlib.util.find_spec("lightgbm") is None:
            self.progress.say("trained trees are left out: there is no lightgbm")
            return
        import train_trees

        folder = self._work / f"{name}-trees"
        shutil.rmtree(folder, ignore_errors=True)
        train_trees.split(files["queries"], folder)
        candidates = fused(RRF, KEPT)
        tree = folder / "tree.json"
        tree.write_text(json.dumps(candidates), "utf-8")
        ranker = folder / "ranker.yaml"
        lines = [f'  - {{name: {feature}, formula: "{formula}"}}' for feature, formula in FEATURES]
        ranker.write_text("\n".join(["version: 1", "kind: trees", "features:", *lines, ""]), "utf-8")
        words = ["features", f"--data={self._data}", f"--collection={name}-bm25", f"--queries={folder / 'train.jsonl'}"]
        words += [
            f"--qrels={files['judgments']}",
            f"--pipeline={tree}",
            f"--features={ranker}",
            f"--csv={folder / 'train.csv'}",
        ]
        self._siskin(words, f"{name}-trees.features.log")
        model = folder / "blend"
        command = [sys.executable, "-B", ROOT / "loadtest" / "comparison" / "train_trees.py", "train"]
        command += [f"--csv={folder / 'train.csv'}", f"--ranker={ranker}", f"--out={model}"]
        process.run(command, folder / "train.log", 1800)
        test = folder / "test.jsonl"
        base = self._eval(name, f"{HALF}: bm25 + minilm, RRF", "bm25", candidates, files, queries=test)
        rescored = {"name": "trees", "limit": KEPT, "rescore": {"input": candidates, "trees": {"model": model.name}}}
        system = f"{HALF}: bm25 + minilm, RRF, trees"
        self._eval(name, system, "bm25", rescored, files, base, queries=test, model=model)

    def report(self, command):
        """Writes the table and the rows. Returns the path of the table."""
        out = self._options.out
        out.mkdir(parents=True, exist_ok=True)
        facts = machine.describe(ROOT, ("lightgbm", "onnxmltools"))
        lines = table(self.rows, [directory.name for directory in self._options.collection])
        lines += [
            "",
            "```",
            command,
            f"Siskin {facts['commit']}; {facts['cpu']}, {facts['cores']} cores; {facts['date']}",
        ]
        lines += [", ".join(f"{name} {version}" for name, version in facts["packages"].items()), "```", ""]
        path = out / ("late-interaction.md" if self._options.late else "cascades.md")
        path.write_text("\n".join(lines), "utf-8")
        rows = [{name: value for name, value in row.items() if name != "run"} for row in self.rows]
        path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        if self._options.late:
            pass
        elif importlib.util.find_spec("matplotlib") is None:
            self.progress.say("the plot is left out: there is no matplotlib")
        else:
            import plots

            plots.effectiveness(scores(self.rows), [command], path.with_suffix(""))
        return path


def scores(rows):
    """Returns collection → {system: (nDCG@10, whether it is one model alone)} of the systems that took all queries."""
    found = {}
    for row in rows:
        if not row["system"].startswith(HALF):
            found.setdefault(row["collection"], {})[row["system"]] = (row["ndcg@10"], row["system"] in MODELS)
    return found


def _stem(system):
    return "".join(c if c.isalnum() else "-" for c in system)


def made_from(model, corpus):
    """Returns what tells apart the vectors of two models or two corpora: a digest of their bytes."""
    digest = hashlib.sha256()
    for path in [*sorted(path for path in model.iterdir() if path.is_file()), corpus]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def split_documents(corpus, out):
    """Writes passages of 100 words, each with half of the one before. Returns document → number of passages."""
    counts = {}
    with open(out, "w", encoding="utf-8") as file:
        for line in beir.lines_of(corpus):
            document = json.loads(line)
            words = f"{document.get('title') or ''} {document.get('text') or ''}".split()
            starts = range(0, max(1, len(words) - PASSAGE_STEP), PASSAGE_STEP)
            counts[document["_id"]] = len(starts)
            for number, start in enumerate(starts):
                text = " ".join(words[start : start + PASSAGE_WORDS])
                passage = {"_id": f"{document['_id']}#{number}", "text": text, "doc": document["_id"]}
                file.write(json.dumps(passage, ensure_ascii=False) + "\n")
    return counts


def split_judgments(judgments, counts, out):
    """Writes judgments of passages: each has the grade of its document. `eval` refuses a run without judged documents."""
    with open(out, "w", encoding="utf-8") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for query, grades in judgments.items():
            for document, grade in grades.items():
                for number in range(counts.get(document, 0)):
                    file.write(f"{query}\t{document}#{number}\t{grade}\n")


def compare(run, better, queries, judgments):
    """Returns how a run differs from that of the better part: the mean difference in nDCG@10 over the queries that were asked
    and judged, and the p-value of a paired t-test.
    """
    from scipy import stats

    grades = rankings.read_judgments(judgments)
    asked = [json.loads(line)["_id"] for line in beir.lines_of(queries)]
    asked = [query for query in asked if any(grade > 0 for grade in grades.get(query, {}).values())]
    ours, theirs = (
        [rankings.ndcg(hits.get(query, []), grades[query], 10) for query in asked]
        for hits in (rankings.read_run(run), rankings.read_run(better["run"]))
    )
    difference = sum(ours) / len(ours) - sum(theirs) / len(theirs)
    return {"better_part": better["system"], "difference": difference, "p": float(stats.ttest_rel(ours, theirs).pvalue)}


def table(rows, collections):
    """Returns two Markdown tables: the figures of each system, and the mean microseconds of its stages."""
    cells = {(row["system"], row["collection"]): row for row in rows}
    systems = list(dict.fromkeys(row["system"] for row in rows))
    lines = ["nDCG@10 / Recall@100. In brackets is the difference to the better part, with p of a paired t-test.", ""]
    lines += ["| system | " + " | ".join(collections) + " |", "|---" * (len(collections) + 1) + "|"]
    for system in systems:
        found = [_figures(cells.get((system, collection))) for collection in collections]
        lines.append(f"| {system} | " + " | ".join(found) + " |")
    lines += ["", "Mean microseconds of each stage per query, without the time of models:", ""]
    lines += ["| system | " + " | ".join(collections) + " |", "|---" * (len(collections) + 1) + "|"]
    for system in systems:
        found = [_times(cells.get((system, collection))) for collection in collections]
        if any(found):
            lines.append(f"| {system} | " + " | ".join(found) + " |")
    return lines


def _figures(row):
    if row is None:
        return ""
    text = f"{row['ndcg@10']:.3f}" + ("" if row["recall@100"] != row["recall@100"] else f" / {row['recall@100']:.3f}")
    if "difference" in row:
        text += f" ({row['difference']:+.3f}" + (f", p {row['p']:.2g})" if "p" in row else ")")
    return text


def _times(row):
    return ", ".join(f"{name} {micros:,.0f}" for name, micros in row["stages"]) if row else ""


def main(words):
    options = arguments(words)
    if importlib.util.find_spec("numpy") is None:
        sys.exit(f"loadtest/effectiveness: {sys.executable} has no numpy, which --cascades needs")
    process.stop_on_signals()
    run = Cascades(options)
    try:
        path = run.run(shlex.join(["loadtest/effectiveness", "--cascades", *map(machine.without_folders, words)]))
    except process.Failed as failed:
        sys.exit(f"loadtest/effectiveness: {failed}")
    run.progress.say(f"{len(run.rows)} rows written to {path}")
