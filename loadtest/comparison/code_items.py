"""Makes a test collection of code search from the Java sources of this repository.

    python3 loadtest/comparison/code_items.py OUT

Each method with a comment is a document: its code, without the comment. The first sentence of the comment is a query whose
only relevant document is that method. Writes OUT/corpus.jsonl, OUT/queries.jsonl and OUT/qrels.tsv (BEIR's layout). The
figures depend on the commit, which belongs beside them.
"""

import json
import pathlib
import re
import sys

WORDS_MIN = 4
LINES_MIN = 3
INDENT = "  "


def methods(source):
    """Yields the first sentence of the comment and the code, of each member with a comment."""
    lines = source.split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].startswith(INDENT + "/**"):
            at += 1
            continue
        comment = []
        while at < len(lines):
            comment.append(lines[at].strip().lstrip("/*").rstrip("*/").strip())
            at += 1
            if "*/" in lines[at - 1]:
                break
        code = []
        while at < len(lines) and lines[at] not in ("", INDENT + "}") and not lines[at].startswith(INDENT + "/**"):
            code.append(lines[at])
            at += 1
        text = " ".join(line for line in comment if not line.startswith("@"))
        text = re.sub(r"\{@\w+ ([^}]*)\}", r"\1", text)
        yield re.split(r"(?<=\.)\s", text)[0].strip(), code


def write(root, out):
    """Writes the collection and returns how many documents it has."""
    items = []
    for file in sorted(root.glob("*/src/main/java/**/*.java")):
        for sentence, code in methods(file.read_text(encoding="utf-8")):
            if len(sentence.split()) >= WORDS_MIN and len(code) >= LINES_MIN:
                items.append((sentence, "\n".join(code)))
    out.mkdir(parents=True, exist_ok=True)
    with (
        open(out / "corpus.jsonl", "w", encoding="utf-8") as corpus,
        open(out / "queries.jsonl", "w", encoding="utf-8") as queries,
        open(out / "qrels.tsv", "w", encoding="utf-8") as qrels,
    ):
        qrels.write("query-id\tcorpus-id\tscore\n")
        for number, (sentence, code) in enumerate(items):
            corpus.write(json.dumps({"_id": f"d{number}", "text": code}) + "\n")
            queries.write(json.dumps({"_id": f"q{number}", "text": sentence}) + "\n")
            qrels.write(f"q{number}\td{number}\t1\n")
    return len(items)


if __name__ == "__main__":
    print(write(pathlib.Path(__file__).resolve().parents[2], pathlib.Path(sys.argv[1])), "methods")
