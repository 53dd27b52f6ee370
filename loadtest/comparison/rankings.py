"""TREC runs, judgments, metrics and fusion. Siskin's `eval` has its own code for the metrics, and both must agree."""

import math

FUSION_CONSTANT = 60


def read_run(path):
    """Reads a TREC run. Returns query → document ids, the best first."""
    hits = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            query, _, document, rank, *_ = line.split()
            hits.setdefault(query, []).append((int(rank), document))
    return {query: [document for _, document in sorted(ranked)] for query, ranked in hits.items()}


def read_judgments(path):
    """Reads BEIR's qrels, which have a header and then query, document and grade, separated by tabs.

    Returns query → document → grade.
    """
    grades = {}
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            query, document, grade = line.rstrip("\n").split("\t")
            grades.setdefault(query, {})[document] = int(grade)
    return grades


def fuse(runs, constant=FUSION_CONSTANT):
    """Fuses runs by reciprocal ranks (Cormack et al., SIGIR 2009). A document scores 1 / (constant + rank) in each run.

    Equal scores are ordered by document id.
    """
    fused = {}
    for query in sorted({query for run in runs for query in run}):
        scores = {}
        for run in runs:
            for rank, document in enumerate(run.get(query, ()), start=1):
                scores[document] = scores.get(document, 0) + 1 / (constant + rank)
        fused[query] = sorted(scores, key=lambda document: (-scores[document], document))
    return fused


def ndcg(ranked, grades, depth):
    """Returns the normalised discounted cumulative gain of a ranking. The gain of a document is its grade."""
    gained = _discounted([max(0, grades.get(document, 0)) for document in ranked[:depth]])
    ideal = _discounted(sorted((max(0, grade) for grade in grades.values()), reverse=True)[:depth])
    return gained / ideal if ideal > 0 else 0.0


def _discounted(gains):
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def recall(ranked, grades, depth):
    """Returns the share of relevant documents that are among the first ones. Relevant means a grade of 1 or more."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked[:depth])) / len(relevant) if relevant else 0.0


def means(run, judgments):
    """Returns nDCG@10 and Recall@100 as means over the queries that have a relevant document."""
    judged = {query: grades for query, grades in judgments.items() if any(grade > 0 for grade in grades.values())}
    gains = [ndcg(run.get(query, []), grades, 10) for query, grades in judged.items()]
    recalls = [recall(run.get(query, []), grades, 100) for query, grades in judged.items()]
    return sum(gains) / len(gains), sum(recalls) / len(recalls)
