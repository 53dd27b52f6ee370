"""Trains a model of decision trees for ranking, from the features that `siskin features` wrote. See --help."""

import argparse
import csv
import json
import pathlib
import shutil
import sys

DESCRIPTION = """\
split writes every other query of a file to train.jsonl, and the others to test.jsonl.

train fits LightGBM's LambdaMART to the table of `siskin features --csv`, and writes a model directory: model.onnx, and a copy of
the ranker.yaml with the features. Queries without a relevant document among their candidates are left out. The number of trees
is chosen on every fifth query of the table; then all of them train the model. Nothing depends on chance: the same table gives the
same model with the same versions of the libraries, which are printed. In the end the scores of the graph are compared with those
of LightGBM.

train needs the Python packages lightgbm, onnxmltools and numpy.
"""
EPILOG = """\
  python3 loadtest/comparison/train_trees.py split --queries queries.jsonl --out DIR
  bin/siskin features -d data -c NAME -q DIR/train.jsonl --qrels qrels.tsv --pipeline tree.json --features ranker.yaml --csv DIR/train.csv
  python3 loadtest/comparison/train_trees.py train --csv DIR/train.csv --ranker ranker.yaml --out my-trees
"""
FIRST_FEATURE = 3
VALIDATION_STEP = 5
TREES_MAX = 300
PATIENCE_TREES = 30
CUTOFF = 10
PARAMETERS = {
    "objective": "lambdarank",
    "metric": "ndcg",
    "eval_at": [CUTOFF],
    # As nDCG@10 is measured here: the grade itself is the gain.
    "label_gain": list(range(32)),
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def split(queries, out):
    """Writes every other line of a file of queries to train.jsonl in a folder, and the others to test.jsonl."""
    out.mkdir(parents=True, exist_ok=True)
    lines = [line for line in queries.read_text(encoding="utf-8").splitlines() if line.strip()]
    (out / "train.jsonl").write_text("\n".join(lines[0::2]) + "\n", encoding="utf-8")
    (out / "test.jsonl").write_text("\n".join(lines[1::2]) + "\n", encoding="utf-8")
    return len(lines[0::2]), len(lines[1::2])


def read_table(file):
    """Returns the names of the features, and for each query in the order of the table its grades and rows of features."""
    by_query = {}
    with open(file, encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        head = next(reader)
        for cells in reader:
            grades, rows = by_query.setdefault(cells[0], ([], []))
            grades.append(int(cells[2]))
            rows.append([float(cell) for cell in cells[FIRST_FEATURE:]])
    return head[FIRST_FEATURE:], by_query


def answered(by_query):
    """Returns the queries that have a relevant document; the others teach nothing about order."""
    return [query for query, (grades, _) in by_query.items() if any(grade > 0 for grade in grades)]


def dataset(lightgbm, numpy, names, by_query, queries, reference=None):
    """Returns some queries as LightGBM takes them. The features are singles, as the graph will get them."""
    rows = numpy.array([row for query in queries for row in by_query[query][1]], dtype=numpy.float32)
    return lightgbm.Dataset(
        rows,
        label=[grade for query in queries for grade in by_query[query][0]],
        group=[len(by_query[query][0]) for query in queries],
        feature_name=[f"f{index}" for index in range(len(names))],
        reference=reference,
        free_raw_data=False,
    )


def train(table, ranker, out):
    """Trains a model and writes its folder. Returns what is printed."""
    import lightgbm
    import numpy
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    names, by_query = read_table(table)
    queries = answered(by_query)
    if len(queries) < 2 * VALIDATION_STEP:
        raise SystemExit(f"{table} has {len(queries)} queries with a relevant candidate; {2 * VALIDATION_STEP} are needed")
    held = queries[::VALIDATION_STEP]
    fitted = [query for query in queries if query not in set(held)]
    first = dataset(lightgbm, numpy, names, by_query, fitted)
    chosen = lightgbm.train(
        PARAMETERS,
        first,
        num_boost_round=TREES_MAX,
        valid_sets=[dataset(lightgbm, numpy, names, by_query, held, first)],
        callbacks=[lightgbm.early_stopping(PATIENCE_TREES, verbose=False)],
    )
    trees = max(1, chosen.best_iteration)
    whole = dataset(lightgbm, numpy, names, by_query, queries)
    model = lightgbm.train(PARAMETERS, whole, num_boost_round=trees)
    graph = onnxmltools.convert_lightgbm(
        model, initial_types=[("features", FloatTensorType([None, len(names)]))], zipmap=False
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(graph.SerializeToString())
    shutil.copyfile(ranker, out / "ranker.yaml")
    weights = dict(zip(names, model.feature_importance("gain").tolist()))
    return {
        "queries": len(queries),
        "left_out": len(by_query) - len(queries),
        "documents": whole.num_data(),
        "trees": trees,
        "validation_ndcg@10": chosen.best_score["valid_0"][f"ndcg@{CUTOFF}"],
        "graph_differs_at_most": largest_difference(model, graph, whole.get_data()),
        "gain_by_feature": dict(sorted(weights.items(), key=lambda one: -one[1])),
        "versions": {"lightgbm": lightgbm.__version__, "onnxmltools": onnxmltools.__version__},
    }


def largest_difference(model, graph, rows):
    """Returns the largest difference between the scores of LightGBM and those of the graph; None without a runtime."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = session.run(None, {"features": rows})[0].reshape(-1)
    return float(abs(model.predict(rows) - scores).max())


def main(arguments):
    """Runs a command and returns the exit status."""
    parser = argparse.ArgumentParser(
        description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    halves = commands.add_parser("split", help="write two halves of a file of queries")
    halves.add_argument("--queries", type=pathlib.Path, required=True, help="queries, one line each")
    halves.add_argument("--out", type=pathlib.Path, required=True, help="the folder to write train.jsonl and test.jsonl to")
    fit = commands.add_parser("train", help="train a model and write its folder")
    fit.add_argument("--csv", type=pathlib.Path, required=True, help="the table of siskin features")
    fit.add_argument("--ranker", type=pathlib.Path, required=True, help="the ranker.yaml with the same features")
    fit.add_argument("--out", type=pathlib.Path, required=True, help="the model directory to write")
    given = parser.parse_args(arguments)
    if given.command == "split":
        trained, tested = split(given.queries, given.out)
        print(f"{trained} queries to train with, {tested} to test with")
    else:
        print(json.dumps(train(given.csv, given.ranker, given.out), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
