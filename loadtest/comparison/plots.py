"""Draws the plots. Only this module needs matplotlib. The same figures give exactly the same SVG bytes."""

import math

import frontier

# Each engine has the same colour in every plot. Other series get further colours.
COLOURS = {
    "siskin": "#c1272d",
    "seismic-dotvbyte": "#0000a7",
    "seismic-raw": "#7f7fd3",
    "sindi": "#008176",
    "bmp": "#b3761f",
    "kannolo": "#777777",
}
RECALL_TICKS = (0.8, 0.85, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999)
RECALL_MAX = 0.9999


def _pyplot():
    import matplotlib

    matplotlib.use("Agg")
    # With a fixed salt for ids, and with text kept as text, small differences between runs stay
    # small in the file.
    matplotlib.rcParams.update(
        {"svg.hashsalt": "siskin", "svg.fonttype": "none", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}
    )
    from matplotlib import pyplot

    return pyplot


def _save(figure, stem):
    for kind, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        figure.savefig(stem.with_name(f"{stem.name}.{kind}"), dpi=150, metadata=metadata)


def _nines(recall):
    """Sets up the axis of recall. Each step to the right halves the share of missed documents."""
    return -math.log10(1 - min(recall, RECALL_MAX))


def _logarithmic(axes):
    """Sets up a logarithmic vertical axis with plain numbers at 1, 2 and 5."""
    from matplotlib import ticker

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(ticker.NullFormatter())


def recall_and_time(rows, ours, k, caption, stem):
    """Draws one curve per engine: recall to the right, microseconds upwards, index bytes in the legend.

    rows: the measured configurations. caption: the lines below the plot. stem: the path of the files without extension.
    """
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(8, 6))
    for engine in frontier.engines_of(rows):
        curve = frontier.pareto(rows, engine)
        sizes = sorted({round(row["bytes"] / 1e6) for row in curve})
        span = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]}–{sizes[-1]}"
        axes.plot(
            [_nines(row["recall"]) for row in curve],
            [row["mean_us"] for row in curve],
            marker="o",
            markersize=4,
            linewidth=2 if engine == ours else 1.2,
            color=COLOURS.get(engine),
            label=f"{engine} ({span} MB)",
        )
    _logarithmic(axes)
    lowest = min((row["recall"] for row in rows), default=0.8)
    ticks = [tick for tick in RECALL_TICKS if tick >= math.floor(lowest * 20) / 20] + [RECALL_MAX]
    axes.set_xticks([_nines(tick) for tick in ticks], [f"{t:g}" if t < RECALL_MAX else "1" for t in ticks])
    axes.set_xlabel(f"recall@{k} against exact float products")
    axes.set_ylabel("mean time of a query, µs, one thread")
    axes.legend()
    figure.text(0.01, 0.01, "\n".join(caption), fontsize=6, va="bottom")
    figure.tight_layout(rect=(0, 0.015 + 0.018 * len(caption), 1, 1))
    _save(figure, stem)
    pyplot.close(figure)


def growth(panels, caption, stem):
    """Draws panels of quantities over the size of the collection. Both axes are logarithmic.

    panels: title → {series: (points, model or None)}. Points are (documents, value). The model is a dashed line up to
    the largest size.
    """
    pyplot = _pyplot()
    columns = 2
    figure, grid = pyplot.subplots(-(-len(panels) // columns), columns, figsize=(10, 7.5), squeeze=False)
    for axes, (title, series) in zip(grid.flat, panels.items()):
        for name, (points, model) in series.items():
            xs, ys = zip(*sorted(points))
            (line,) = axes.plot(xs, ys, marker="o", markersize=4, linewidth=1.2, label=name)
            if model is not None:
                fitted = [model.law.at(x) for x in xs]
                axes.plot(xs, fitted, linestyle="--", linewidth=0.8, color=line.get_color())
        axes.set_xscale("log")
        sizes = sorted({size for points, _ in series.values() for size, _ in points})
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.set_xticks([], minor=True)
        _logarithmic(axes)
        axes.set_title(title)
        axes.set_xlabel("documents")
        axes.legend(fontsize=7)
    figure.text(0.01, 0.01, "\n".join(caption), fontsize=6, va="bottom")
    figure.tight_layout(rect=(0, 0.015 + 0.016 * len(caption), 1, 1))
    _save(figure, stem)
    pyplot.close(figure)


def dense_search(rows, caption, stem):
    """Draws one curve per way to find the nearest vectors: recall to the right, microseconds upwards.

    rows: way → [(recall, microseconds)]. A way without a setting is a single point.
    """
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(8, 5.5))
    for way, points in rows.items():
        xs, ys = zip(*sorted(points))
        ours = way.startswith("Siskin")
        axes.plot(
            [_nines(x) for x in xs],
            ys,
            marker="o" if ours else "s",
            markersize=5,
            linewidth=2 if ours else 1.2,
            linestyle="-" if ours else "--",
            label=way,
        )
    _logarithmic(axes)
    lowest = min(recall for points in rows.values() for recall, _ in points)
    ticks = [tick for tick in (0.4, 0.6, 0.8, 0.9, *RECALL_TICKS[3:]) if tick >= math.floor(lowest * 10) / 10] + [RECALL_MAX]
    axes.set_xticks([_nines(tick) for tick in ticks], [f"{t:g}" if t < RECALL_MAX else "1" for t in ticks])
    axes.set_xlabel("recall@10 against all inner products")
    axes.set_ylabel("median time of a query, µs, one thread")
    axes.legend(fontsize=8, loc="lower right")
    figure.text(0.01, 0.01, "\n".join(caption), fontsize=6, va="bottom")
    figure.tight_layout(rect=(0, 0.015 + 0.018 * len(caption), 1, 1))
    _save(figure, stem)
    pyplot.close(figure)


def effectiveness(rows, caption, stem):
    """Draws nDCG@10 of each system to the right, one panel per collection, in which a line marks the best single part.

    rows: collection → {system: (nDCG@10, is_part)}, the systems in the same order in every collection.
    """
    pyplot = _pyplot()
    systems = list(dict.fromkeys(system for values in rows.values() for system in values))
    figure, grid = pyplot.subplots(1, len(rows), figsize=(2 + 1.9 * len(rows), 1.2 + 0.24 * len(systems)), sharey=True)
    for axes, (collection, values) in zip([grid] if len(rows) == 1 else grid, rows.items()):
        best = max((score for score, is_part in values.values() if is_part), default=None)
        for place, system in enumerate(systems):
            if system in values:
                score, is_part = values[system]
                colour = "#777777" if is_part else "#c1272d" if best is not None and score > best else "#7f7fd3"
                axes.plot([score], [-place], marker="o", markersize=6, color=colour)
        if best is not None:
            axes.axvline(best, color="#777777", linewidth=1, linestyle="--")
        axes.set_yticks([-place for place in range(len(systems))], systems)
        axes.set_title(collection)
        axes.tick_params(axis="x", labelsize=7)
        axes.locator_params(axis="x", nbins=4)
    legend = "nDCG@10. Grey: one model alone; dashed: the best of these. Red: better than that; blue: not better."
    figure.text(0.01, 0.01, "\n".join([legend, *caption]), fontsize=7, va="bottom")
    figure.tight_layout(rect=(0, 0.02 + 0.016 * (1 + len(caption)), 1, 1))
    _save(figure, stem)
    pyplot.close(figure)
