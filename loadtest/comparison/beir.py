"""Judged collections in BEIR's layout: a folder with corpus.jsonl, queries.jsonl (both may be compressed) and qrels.tsv."""

import gzip
import json

import rankings

FILES = {"corpus": "corpus.jsonl*", "queries": "queries.jsonl*", "judgments": "qrels*.tsv"}


def what_is_missing(directory):
    """Returns what a folder lacks, in words, or None if it is a collection."""
    for kind, pattern in FILES.items():
        if not any(directory.glob(pattern)):
            return f"has no {kind} ({pattern})"
    return None


def files_of(directory):
    """Returns the files of a collection by kind."""
    return {kind: sorted(directory.glob(pattern))[0] for kind, pattern in FILES.items()}


def lines_of(path):
    """Returns the lines of a file, which may be compressed with gzip, without empty ones."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [line for line in text.split("\n") if line.strip()]


def first_judged(files, count, part):
    """Returns the file of queries to ask: the one with all, or the file part with the first judged ones. count: None for all."""
    if not count:
        return files["queries"]
    judgments = rankings.read_judgments(files["judgments"])
    judged = [line for line in lines_of(files["queries"]) if json.loads(line)["_id"] in judgments]
    part.write_text("\n".join(judged[:count]) + "\n", "utf-8")
    return part
