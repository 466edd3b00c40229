"""`card.md`: what a member was trained on and what it earned, in words."""

from datetime import UTC, datetime
from typing import Any


def day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def card(manifest: dict[str, Any], left_out: tuple[str, ...]) -> str:
    training = manifest["training"]
    what = "state of the next 240 bars" if manifest["layer"] == "regime" else "net return of a long and of a short"
    made = ", ".join(part.get("library", part["kind"]) for part in manifest["parts"])
    lines = [
        f"# {manifest['name']}@{manifest['version']}, layer {manifest['layer']}",
        "",
        f"Predicts the {what}. Parts: {made}; weights {', '.join(f'{w:.3f}' for w in manifest['weights'])}.",
        f"Recipe: {training['recipe']}.",
        "",
        f"- Trained on {', '.join(training['symbols'])}, {day(training['fromMs'])} to {day(training['toMs'])}: {training['rows']} rows,"
        f" every {training['everyBars']} bars, dataset `{training['datasetSha256']}`, seed {training['seed']}.",
        f"- Labels: {label_words(training['labels'])}; may serve from {day(training['toMs'] + training['embargoMs'])} on"
        + ("" if training["roundTripCost"] is None else f"; round trip {training['roundTripCost']:.4%} off every return")
        + ".",
        f"- Reads {len(manifest['columns'])} features"
        + (f", beliefs of {', '.join(manifest['beliefs'])}" if manifest["beliefs"] else "")
        + (", what its own rule says" if manifest["rule"] else "")
        + ".",
        f"- Calibrated on {manifest['calibration']['blocks']} purged blocks of its training window.",
        *[f"- Left out, because it comes or goes in the training rows: {mask}." for mask in left_out],
        *[f"- Not ready where {mask} is not {value:g}." for mask, value in manifest["masks"].items()],
        "",
        "## What it earned",
        "",
        *results(manifest["metrics"]),
        "",
        "## What it does not claim",
        "",
        *REFUSALS[manifest["layer"]],
        "A run that overlaps its training span is in-sample and proves nothing. It has no verdict.",
        "",
    ]
    return "\n".join(lines)


def label_words(labels: dict[str, Any]) -> str:
    """What a row was asked, as `labels` of the dataset says it; the distance 0 is no level."""
    if "barriers" not in labels:
        return f"state of the next {labels['bars']} bars"
    barriers = labels["barriers"]
    volatility = barriers["unit"] == "volatility"
    level = lambda distance: f"{distance:g} σ" if volatility else f"{distance * 100:g} %"  # noqa: E731
    words = [f"{name} {level(barriers[name])}" if barriers[name] else f"no {name}" for name in ("stop", "target")]
    scale = ", σ being one bar's volatility times the root of the horizon's bars" if volatility else ""
    sampling = labels.get("sampling", {})
    drawn = f", at bars that a CUSUM filter of {sampling['threshold']:g} chose" if sampling.get("kind") == "cusum" else ""
    return f"{', '.join(words)}, {labels['horizonMs'] / 60_000:g} minutes{scale}{drawn}"


REFUSALS = {
    "signal": [
        "No profit after costs. The price and volume features of these markets carry 1 to 3 basis points an hour where a round trip costs",
        "4 to 10: a calibrated member expects a loss nearly everywhere, and says so.",
    ],
    "regime": ["No direction. It says how loud and how straight the next four hours are likely to be; up and down are nearly alike to it."],
}


def results(metrics: dict[str, Any]) -> list[str]:
    """One line a figure: value, 95 % interval, where it comes from."""
    walk, own = metrics.get("walkForward"), metrics.get("crossFitted", {})
    lines = [
        f"- {label(name)} on its own purged blocks, columns and weights chosen beside them: {value:.4f}" for name, value in own.items()
    ]
    if walk is None:
        return [*lines, "- Not judged by a walk-forward: run `npm run train` with `--evaluate`."]
    for symbol, figures in walk["symbols"].items():
        for name, figure in figures.items():
            low, high = figure["interval"]
            lines.append(
                f"- {symbol}, walk-forward over {walk['folds']} months: {label(name)} {figure['value']:.4f} [{low:.4f}, {high:.4f}]"
            )
    return lines


def label(name: str) -> str:
    return {
        "directionalIc": "Pearson IC of long minus short",
        "longIc": "Pearson IC of the long's net return",
        "shortIc": "Pearson IC of the short's net return",
        "slope": "slope of realised on predicted return, calibrated",
        "logLoss": "log-loss, nats",
        "gainOnRule": "nats better than the rule",
        "gainOnPrior": "nats better than the states' frequencies in training",
    }.get(name, name)
