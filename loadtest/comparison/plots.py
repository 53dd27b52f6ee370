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
