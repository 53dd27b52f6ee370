"""Finds the fastest configurations at each recall and makes tables of them. Rows are plain dicts.

A row has engine, index, search, recall and mean_us, and bytes and build_s of the index. Measured rows also have p50_us
and p99_us. A configuration is engine, index and search together.
"""

import json
import statistics

MICROS = ("mean_us", "p50_us", "p99_us")


def key(row):
    """Returns the key of a configuration."""
    return (row["engine"], json.dumps(row["index"], sort_keys=True), json.dumps(row["search"], sort_keys=True))


def engines_of(rows):
    """Returns the engines in the order in which they appear."""
    return list(dict.fromkeys(row["engine"] for row in rows))


def reaching(rows, floor, engine=None):
    """Returns the rows that reach a recall floor, fastest first."""
    reached = (row for row in rows if row["recall"] >= floor and engine in (None, row["engine"]))
    return sorted(reached, key=lambda row: (row["mean_us"], key(row)))


def fastest(rows, floor, engine=None):
    """Returns the fastest row that reaches a recall floor, or None."""
    return next(iter(reaching(rows, floor, engine)), None)


def finalists(rows, floors, count=1, slack=1.0, time="mean_us"):
    """Returns the configurations to measure again, which are the fastest ones of each engine at each floor.

    count: the largest number of configurations per floor and engine. slack: a configuration may take at most this many
    times the time of the fastest one. time: the name of the column that is compared.
    """
    kept = {}
    for engine in engines_of(rows):
        for floor in floors:
            reached = [row for row in rows if row["engine"] == engine and row["recall"] >= floor]
            reached.sort(key=lambda row: (row[time], key(row)))
            for row in reached[:count]:
                if row[time] <= slack * reached[0][time]:
                    kept.setdefault(key(row), row)
    return list(kept.values())


def medians(rows):
    """Returns one row per configuration, with the median of each time over its measurements and their number."""
    by_key = {}
    for row in rows:
        by_key.setdefault(key(row), []).append(row)
    merged = []
    for group in by_key.values():
        row = {name: value for name, value in group[-1].items() if name not in ("kind", "round", "turn")}
        for name in MICROS:
            row[name] = round(statistics.median(each[name] for each in group), 1)
        row["mean_us_min"] = min(each["mean_us"] for each in group)
        row["mean_us_max"] = max(each["mean_us"] for each in group)
        row["measured"] = len(group)
        merged.append(row)
    return merged


def pareto(rows, engine):
    """Returns the rows of an engine that none of its other rows beats in both recall and time, by ascending recall."""
    kept = []
    for row in sorted((r for r in rows if r["engine"] == engine), key=lambda r: (-r["recall"], r["mean_us"])):
        if not kept or row["mean_us"] < kept[-1]["mean_us"]:
            kept.append(row)
    return kept[::-1]


def near(rows, floors, times, ours):
    """Returns the peers that are, at one floor at least, at most the given factor slower than the fastest peer."""
    peers = [row for row in rows if row["engine"] != ours]
    found = set()
    for floor in floors:
        best = fastest(peers, floor)
        for engine in engines_of(peers):
            row = fastest(peers, floor, engine)
            if row and row["mean_us"] <= times * best["mean_us"]:
                found.add(engine)
    return found


def summary(rows, floors, ours):
    """Returns one dict per floor: Siskin's fastest row, the fastest peer's, and the ratio of the means.

    None means missing.
    """
    peers = [row for row in rows if row["engine"] != ours]
    answers = []
    for floor in floors:
        mine, other = fastest(rows, floor, ours), fastest(peers, floor)
        ratio = round(mine["mean_us"] / other["mean_us"], 3) if mine and other else None
        answers.append({"floor": floor, "ours": mine, "peer": other, "ratio": ratio})
    return answers


def describe(options):
    """Returns the options of a configuration in one short line."""
    words = (f"{name.replace('_', ' ')} {_value(value)}" for name, value in options.items() if value is not None)
    return ", ".join(words) or "defaults"


def _value(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def markdown(rows, floors, ours, k, engines=None):
    """Returns two tables: the ratio at each floor, and the fastest configuration of each engine at each floor.

    engines: the engines of the second table, in this order, even those without rows; None: the engines of the rows.
    """
    table = _engine_table(rows, floors, k, engines or engines_of(rows))
    return _ratio_table(rows, floors, ours, k) + "\n" + table


def _ratio_table(rows, floors, ours, k):
    lines = [
        f"| recall@{k} ≥ | {ours}, µs | fastest peer, µs | ratio | {ours}, MB | that peer, MB |",
        "|---|---|---|---|---|---|",
    ]
    for at in summary(rows, floors, ours):
        mine, peer = at["ours"], at["peer"]
        cells = [
            _floor(at["floor"]),
            f"{mine['mean_us']:.0f}" if mine else "–",
            f"{peer['mean_us']:.0f} ({peer['engine']})" if peer else "–",
            f"{at['ratio']:.2f}" if at["ratio"] else "–",
            _megabytes(mine),
            _megabytes(peer),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _engine_table(rows, floors, k, engines):
    lines = [
        f"| recall@{k} ≥ | engine | recall | mean, µs | p50 | p99 | index, MB | build, s | index; search |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for floor in floors:
        for engine in engines:
            row = fastest(rows, floor, engine)
            if row is None:
                lines.append(f"| {_floor(floor)} | {engine} | not reached | | | | | | |")
                continue
            cells = [
                _floor(floor),
                engine,
                f"{row['recall']:.4f}",
                f"{row['mean_us']:.1f}",
                f"{row['p50_us']:.1f}",
                f"{row['p99_us']:.1f}",
                _megabytes(row),
                f"{row['build_s']:.0f}",
                f"{describe(row['index'])}; {describe(row['search'])}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _floor(floor):
    return f"{floor:.3f}".rstrip("0").removeprefix("0").ljust(3, "0")


def _megabytes(row):
    return f"{row['bytes'] / 1e6:.0f}" if row else "–"
