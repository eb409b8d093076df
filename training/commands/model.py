"""The commands of `selfie-studio train` that make a model of labelled photos."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.examples import examples_of_test_split, hold_against_frozen, photos_of_split, read_listed
from training.commands.output import console, fail, last, shown
from training.commands.posts import Scheme, collect, filter_posts, label, split, told_errors

if TYPE_CHECKING:
    from engine.network import ScoreNet
    from training.evaluate import Evaluation
    from training.fit import FitConfig
    from training.manifest import Row
    from training.pairs import Photo

DataFolder = Annotated[
    Path,
    typer.Option("--data", help="Folder that the photos of the manifest are below; photos.csv in it is its index."),
]
ManifestFile = Annotated[Path, typer.Option("--manifest", help="CSV to read, made by the manifest or split command.")]
PairsFile = Annotated[
    Path | None,
    typer.Option("--pairs", help="CSV to read, made by split from pairs; alone where there is no manifest."),
]
RunFolder = Annotated[
    Path, typer.Option("--state", help="Folder in which the fit keeps its state; the same command goes on from it.")
]
OutFolder = Annotated[Path, typer.Option("--out", help="Model folder to write: card.json, safetensors and ONNX.")]
Recipe = Annotated[str, typer.Option(help="default, or vgg16: the network and settings of 2015.")]
Backbone = Annotated[
    str | None,
    typer.Option(help="efficientnet_lite0, _lite1, _lite2, or any torchvision classifier; else as the recipe has it."),
]
Steps = Annotated[int | None, typer.Option(min=1, help="Optimiser steps; else as the recipe has it.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes that prepare pictures; 0: between the steps.")]

DEFAULT_DATA = Path("../shared/data")
DEFAULT_MANIFEST = Path("runs/manifest.csv")
DEFAULT_RUN = Path("runs/model")
DEFAULT_OUT = Path("runs/exported")
CHECK_PHOTOS = 200
ORIGINALS_FOLDER = "large"
# Exit codes: unlike that of an error; and what shells say of a program that Ctrl+C ended.
TARGET_MISSED, INTERRUPTED = 3, 130


def manifest(
    data: DataFolder = DEFAULT_DATA,
    out: Annotated[Path, typer.Option("--out", "--manifest", help="Manifest (CSV) to write.")] = DEFAULT_MANIFEST,
) -> None:
    """List the photos of a data folder with their labels, and split them by person."""
    from training.manifest import build_manifest, check_manifest, write_manifest

    with told_errors():
        rows = build_manifest(data)
        check_manifest(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(out, rows)
    for part in ("train", "validation", "test"):
        inside = [row for row in rows if row.split == part]
        console.print(f"{part}: {len(inside)} photos, {sum(bool(row.label) for row in inside)} of them labelled")


def fit(
    data: DataFolder = DEFAULT_DATA,
    manifest_file: ManifestFile = DEFAULT_MANIFEST,
    pairs: PairsFile = None,
    run: RunFolder = DEFAULT_RUN,
    recipe: Recipe = "default",
    backbone: Backbone = None,
    steps: Steps = None,
    seed: Seed = 0,
    workers: Workers = 0,
) -> None:
    """Fine-tune a network from its ImageNet weights, and keep the best one on validation.

    Killed at any moment, the same command goes on from the last saved step. Started with torchrun, all its processes
    share each step (torchrun --nproc-per-node 2 -m training fit ...), and only the first one's --state counts.
    """
    from training.facts import data_facts
    from training.fit import fit as fit_network
    from training.networks import StartError
    from training.run_folder import RunError

    config = _config(recipe, backbone, steps, seed)
    rows, ranked = read_listed(manifest_file, pairs)
    for listed in (manifest_file, pairs):
        if listed is not None:
            hold_against_frozen(listed, data, rows, ranked, ("train", "validation"))
    train, learned_from = photos_of_split(data, rows, ranked, "train")
    validation, _ = photos_of_split(data, rows, ranked, "validation")
    if not len(train):
        fail(f"{manifest_file if pairs is None else pairs} has no photos to train with")
    # Without pairs of a photo and its worse self, photos without a label are not looked at.
    learned_from = [row for row in learned_from if row.label or config.sizes.pairs]
    with told_errors():
        facts = data_facts(data, [*learned_from, *(row for row in rows if row.split != "train")], ranked)
    try:
        best = last(shown(fit_network(train, validation, config, run, workers=workers, facts=facts), "fitting"))
    except (StartError, RunError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        console.print(f"stopped; the same command goes on from the last step that {run} keeps")
        raise typer.Exit(INTERRUPTED) from None
    figures = "".join(f", {name} {value:.3f}" for name, value in best.validation.items())
    console.print(f"best at step {best.step}{figures}; kept in {run}")


def evaluate(
    data: DataFolder = DEFAULT_DATA,
    manifest_file: ManifestFile = DEFAULT_MANIFEST,
    model: Annotated[Path, typer.Option("--model", help="Model folder to measure.")] = DEFAULT_OUT,
    report: Annotated[Path, typer.Option("--report", help="Folder for the report and its plots.")] = Path(
        "runs/report"
    ),
) -> None:
    """Measure a model on the test photos.

    The exit code is 0 where every target is met, 3 where one is missed, 1 after an error.
    """
    from engine.checkpoint import load_card, load_network
    from engine.errors import ModelError

    try:
        network, card = load_network(model), load_card(model)
    except ModelError as error:
        fail(str(error))
    test = examples_of_test_split(data, manifest_file)
    evaluation = _evaluate(network, test, card.reference_logits, data)
    _say(evaluation, report, f"{card.name}, measured")
    if not all(target.met for target in evaluation.targets):
        raise typer.Exit(TARGET_MISSED)


def export(
    data: DataFolder = DEFAULT_DATA,
    manifest_file: ManifestFile = DEFAULT_MANIFEST,
    run: RunFolder = DEFAULT_RUN,
    out: OutFolder = DEFAULT_OUT,
    name: Annotated[str, typer.Option(help="Of the model, for people.")] = "My model",
) -> None:
    """Measure the fitted network on the test photos and write its model folder: safetensors, ONNX and card."""
    from engine.preprocess import letterbox
    from training.evaluate import reference_logits
    from training.export import ExportError, ModelFacts, calibrate, export_model, int8_result
    from training.facts import this_command
    from training.validation import logits_of

    network, architecture, learned_from = _fitted(run)
    validation, _ = photos_of_split(data, *read_listed(manifest_file, None), "validation")
    test = examples_of_test_split(data, manifest_file)
    if len(set(validation.labels)) == 2:
        import numpy as np

        squares = [letterbox(photo.pixels) for photo in validation.labelled]
        calibrate(network, logits_of(network, squares), np.array(validation.labels) > 0.5)
    whole = [photo for row, photo in test if not row.label] or [photo for _, photo in test]
    reference = reference_logits(network, whole)
    evaluation = _evaluate(network, test, reference, data)
    facts = ModelFacts(
        name=name,
        architecture=architecture,
        classes=("not a good portrait", "a good portrait"),
        reference="photos of the test split, never trained on, whole where the data has such",
        data=learned_from,
        command=this_command(),
    )
    metrics = {**evaluation.metrics, "targets missed": [str(t) for t in evaluation.targets if not t.met]}
    checked = [letterbox(photo.pixels) for photo in whole[:CHECK_PHOTOS]]
    try:
        card = export_model(out, network, checked, reference, metrics, facts)
    except ExportError as error:
        fail(str(error))
    _say(evaluation, run / "report", name)
    console.print(f"model in {out}; int8 {int8_result(card)}")


def make_model(
    data: DataFolder = DEFAULT_DATA,
    run: RunFolder = DEFAULT_RUN,
    out: OutFolder = DEFAULT_OUT,
    recipe: Recipe = "default",
    backbone: Backbone = None,
    steps: Steps = None,
    seed: Seed = 0,
    workers: Workers = 0,
    name: Annotated[str, typer.Option(help="Of the model, for people.")] = "My model",
) -> None:
    """Make a model from a data folder in one go: manifest, fit, evaluate and export."""
    listed = run / "manifest.csv"
    manifest(data, listed)
    fit(data, listed, None, run, recipe, backbone, steps, seed, workers)
    export(data, listed, run, out, name)


def from_posts(
    source: Annotated[Path, typer.Argument(help="Posts, as `collect` takes them.")],
    work: Annotated[Path, typer.Option("--work", help="Folder for everything in between; gone on with.")] = Path(
        "runs/posts"
    ),
    out: OutFolder = DEFAULT_OUT,
    scheme: Annotated[Scheme, typer.Option(help="How labels are made.")] = Scheme.AUDIENCE_GROUPS,
    by: Annotated[str, typer.Option("--by", help="Column of the posts to split by: user, identity, group.")] = "user",
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch pictures that are addresses.")] = False,
    recipe: Recipe = "default",
    backbone: Backbone = None,
    steps: Steps = None,
    seed: Seed = 0,
    workers: Workers = 0,
    name: Annotated[str, typer.Option(help="Of the model, for people.")] = "My model",
) -> None:
    """Make a model from posts and their likes in one go: collect, filter, label, split, fit, evaluate and export."""
    posts, kept, labels = (work / f"{stage}.parquet" for stage in ("posts", "filtered", "labels"))
    listed = work / "manifest.csv"
    collect(source, posts, work / "pictures" if fetch else None, [by])
    filter_posts(posts, kept)
    label(kept, scheme, labels)
    if scheme is not Scheme.USER_PAIRS:
        split(labels, listed, by)
        fit(Path(), listed, None, work / "fit", recipe, backbone, steps, seed, workers)
        export(Path(), listed, work / "fit", out, name)
        return
    # Pairs train; what the network is worth as a judge of single photos is measured on audience groups.
    pairs, groups = work / "pairs.csv", work / "groups.parquet"
    split(labels, pairs, by)
    label(kept, Scheme.AUDIENCE_GROUPS, groups)
    split(groups, listed, by)
    fit(Path(), work / "no labels.csv", pairs, work / "fit", recipe, backbone, steps, seed, workers)
    export(Path(), listed, work / "fit", out, name)


def from_folders(
    good: Annotated[Path, typer.Argument(help="Folder of photos that you like.")],
    other: Annotated[Path, typer.Argument(help="Folder of photos that you like less.")],
    out: OutFolder = DEFAULT_OUT,
    name: Annotated[str, typer.Option(help="Of the model, for people.")] = "My taste",
) -> None:
    """Make a model of your own taste from two folders: 40 photos in each are enough, and a minute or two.

    The shipped network looks at the photos; a new score head learns which of them you like. Use it with --model.
    """
    from engine.errors import EngineError
    from training.export import ExportError
    from training.taste import TasteError, learn_taste

    try:
        told = last(shown(learn_taste(good, other, out, name), "learning"))
    except (TasteError, EngineError, ExportError) as error:
        fail(str(error))
    for path, reason in told.left_out:
        console.print(f"left out {path}: {reason}")
    low, high = told.interval
    console.print(
        f"{told.good} good and {told.other} other photos; on photos that it had not seen, it prefers the good one in"
        f" {100 * told.auc:.0f} of 100 pairs (95 % interval {100 * low:.0f} to {100 * high:.0f})"
    )
    console.print(f"model in {out}; int8 {told.int8}; try `selfie-studio score --model {out} PHOTOS`")


def _config(recipe: str, backbone: str | None, steps: int | None, seed: int) -> "FitConfig":
    from training.fit import RECIPES

    if recipe not in RECIPES:
        fail(f"there is no recipe {recipe!r}: choose from {', '.join(RECIPES)}")
    config = replace(RECIPES[recipe], seed=seed)
    if backbone is not None:
        config = replace(config, backbone=backbone)
    return replace(config, steps=steps) if steps is not None else config


def _fitted(run: Path) -> "tuple[ScoreNet, str, tuple[str, ...]]":
    """The best network of a fit, its architecture, and what it learned from, in words."""
    from training.run_folder import RunError, data_of, load_best

    try:
        return *load_best(run), data_of(run)
    except RunError as error:
        fail(str(error))


def _evaluate(
    network: "ScoreNet", test: "list[tuple[Row, Photo]]", reference: tuple[float, ...], data: Path
) -> "Evaluation":
    from training.evaluate import evaluate as measure

    folder = data / ORIGINALS_FOLDER
    originals = sorted(folder.iterdir()) if folder.is_dir() else []
    return last(shown(measure(network, test, reference, originals), "measuring"))


def _say(evaluation: "Evaluation", folder: Path, title: str) -> None:
    from training.report import write_report

    for target in evaluation.targets:
        console.print(f"[{'green' if target.met else 'red'}]{target}[/]")
    console.print(f"report in {write_report(evaluation, folder, title)}")


def crop_head(
    data: DataFolder = DEFAULT_DATA,
    teacher: Annotated[Path, typer.Option(help="Model folder that the head learns from, and serves.")] = DEFAULT_OUT,
    out: Annotated[
        Path | None, typer.Option(help="Folder for crop_map.onnx and crop_head.safetensors; else the teacher's.")
    ] = None,
    answers: Annotated[
        Path, typer.Option(help="Folder of what the teacher said: a run that was stopped goes on from there.")
    ] = Path("runs/crop-answers"),
    check: Annotated[
        bool, typer.Option("--check", help="First say how well heads rank the crops of photos from elsewhere.")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Distil the head that lets the crop search estimate ten thousand windows at once.

    It learns from groups, full-size originals and portraits of the train split: all that a search meets. Two cores take
    about half an hour, and as long again for --check. The seed draws the photos too; the shipped head has seed 0.
    """
    from engine.scoring import load_scorer
    from training.crop_head import (
        CropHeadSettings,
        agreement_elsewhere,
        fit_head,
        lite_teacher,
        save_head,
        teacher_stem,
    )
    from training.crop_samples import SampleSettings, crop_views, sample_views

    settings, drawing = CropHeadSettings(seed=seed), SampleSettings(seed=seed)
    with told_errors():
        network = lite_teacher(teacher)
        views = crop_views(data, drawing)
        asked = sample_views(views, data, load_scorer(folder=teacher), teacher_stem(network), answers, drawing)
        samples = [sample for progress in shown(asked, "asking the teacher") for sample in progress.results]
        if not samples:
            fail(f"no photo in {data} is large enough")
        console.print(f"{sum(len(sample.logits) for sample in samples):,} windows of {len(samples)} views")
        if check:
            for progress in shown(agreement_elsewhere(samples, network, settings), "checking"):
                for name, spearman in progress.results:
                    console.print(f"Spearman of windows of one shape, {name}: {spearman:.3f}")
        save_head(last(shown(fit_head(samples, network, settings), "fitting")), teacher, out or teacher)
