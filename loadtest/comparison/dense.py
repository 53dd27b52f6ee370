"""Searches dense vectors by comparing every document with every query. Needs numpy."""

import json

import numpy as np

QUERIES_AT_A_TIME = 256


def read_vectors(path):
    """Returns the ids and the matrix of vectors from the output of `siskin encode`.

    Each line is an object with id and dense.
    """
    ids, rows = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("{"):
                read = json.loads(line)
                ids.append(read["id"])
                rows.append(read["dense"][0])
    return ids, np.asarray(rows, np.float32)


def nearest(documents, queries, depth):
    """Returns query → the ids of the documents with the largest inner products, best first."""
    names, matrix = read_vectors(documents)
    asked, wanted = read_vectors(queries)
    depth = min(depth, len(names))
    run = {}
    for start in range(0, len(asked), QUERIES_AT_A_TIME):
        scores = wanted[start : start + QUERIES_AT_A_TIME] @ matrix.T
        best = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
        for row, columns in enumerate(best):
            ordered = columns[np.argsort(-scores[row, columns], kind="stable")]
            run[asked[start + row]] = [names[column] for column in ordered]
    return run
