"""`selfie-studio train`: the stages of making a model, each a command. torch is imported when a stage needs it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from engine.progress import Progress

if TYPE_CHECKING:
    from training.manifest import Row
    from training.pairs import Photo

app = typer.Typer(no_args_is_help=True, help="Make the ConvNet: manifest, fit, evaluate and export.")
console = Console(stderr=True)
Result = TypeVar("Result")

DataFolder = Annotated[Path, typer.Option("--data", help="Folder of photos with its index, photos.csv.")]
ManifestFile = Annotated[Path, typer.Option("--manifest", help="CSV made by the manifest command.")]
RunFolder = Annotated[Path, typer.Option("--run", help="Where the fitted weights are kept.")]
OutFolder = Annotated[Path, typer.Option("--out", help="Model folder to write: card.json and both weight files.")]

DEFAULT_DATA = Path("../shared/data")
DEFAULT_MANIFEST = Path("runs/manifest.csv")
DEFAULT_RUN = Path("runs/model")
WEIGHTS = "fitted.safetensors"


@app.command()
def manifest(data: DataFolder = DEFAULT_DATA, out: ManifestFile = DEFAULT_MANIFEST) -> None:
    """List the photos of a data folder with their labels, and split them by person."""
    from training.manifest import ManifestError, build_manifest, check_manifest, write_manifest

    try:
        rows = build_manifest(data)
        check_manifest(rows)
    except ManifestError as error:
        _fail(str(error))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(out, rows)
    for split in ("train", "validation", "test"):
        inside = [row for row in rows if row.split == split]
        console.print(f"{split}: {len(inside)} photos, {sum(bool(row.label) for row in inside)} of them labelled")


@app.command()
def fit(
    data: DataFolder = DEFAULT_DATA,
    manifest_file: ManifestFile = DEFAULT_MANIFEST,
    run: RunFolder = DEFAULT_RUN,
    steps: Annotated[int | None, typer.Option(min=1, help="Optimiser steps.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 0,
) -> None:
    """Fine-tune EfficientNet-Lite0 from its ImageNet weights and keep the best network on validation."""
    from engine.checkpoint import weights_bytes
    from engine.files import write_atomically
    from training.fit import FitConfig
    from training.fit import fit as fit_network
    from training.photos import training_set

    examples = _load(data, manifest_file, ("train", "validation"))
    train = [example for example in examples if example[0].split == "train"]
    validation = [example for example in examples if example[0].split == "validation"]
    config = FitConfig(steps=steps or FitConfig.steps, seed=seed)
    best = _last(_shown(fit_network(training_set(train), training_set(validation), config, run), "fitting"))
    write_atomically(run / WEIGHTS, weights_bytes(best.network))
    console.print(f"best at step {best.step}: {best.validation}; kept in {run / WEIGHTS}")


@app.command()
def export(
    data: DataFolder = DEFAULT_DATA,
    manifest_file: ManifestFile = DEFAULT_MANIFEST,
    run: RunFolder = DEFAULT_RUN,
    out: OutFolder = Path("runs/exported"),
) -> None:
    """Measure the fitted network on the test split and write its model folder: safetensors, ONNX and card."""
    from safetensors.torch import load_file

    from engine.network import build_network
    from engine.preprocess import letterbox
    from training.evaluate import evaluate, reference_logits
    from training.export import ExportError, export_model, standardise_logits

    weights = run / WEIGHTS
    if not weights.exists():
        _fail(f"{weights} is missing: run `selfie-studio train fit` first")
    network = build_network()
    network.load_state_dict(load_file(weights))
    network.eval()
    test = _load(data, manifest_file, ("test",))
    whole = [photo for row, photo in test if not row.label]
    reference = standardise_logits(network, reference_logits(network, whole))
    metrics = _last(_shown(evaluate(network, test, reference), "measuring"))
    try:
        card = export_model(out, network, [letterbox(photo.pixels) for photo in whole[:32]], reference, metrics)
    except ExportError as error:
        _fail(str(error))
    console.print_json(data=dict(card.metrics))
    console.print(f"model in {out}")


@app.command()
def make_model(data: DataFolder = DEFAULT_DATA, out: OutFolder = Path("runs/exported")) -> None:
    """Make a model from a data folder in one go: manifest, fit, evaluate and export."""
    manifest(data, DEFAULT_MANIFEST)
    fit(data, DEFAULT_MANIFEST, DEFAULT_RUN)
    export(data, DEFAULT_MANIFEST, DEFAULT_RUN, out)


def _load(data: Path, manifest_file: Path, splits: tuple[str, ...]) -> list["tuple[Row, Photo]"]:
    from training.manifest import ManifestError, read_manifest
    from training.photos import load_photos

    try:
        rows = [row for row in read_manifest(manifest_file) if row.split in splits]
    except ManifestError as error:
        _fail(str(error))
    examples: list[tuple[Row, Photo]] = []
    for progress in _shown(load_photos(data, rows), "reading photos"):
        if progress.note.startswith("left out"):
            console.print(progress.note)
        examples += progress.results
    if not examples:
        _fail(f"no photo of {manifest_file} is in {data}: name the data folder with --data")
    return examples


def _shown(task: Iterator[Progress[Result]], what: str) -> Iterator[Progress[Result]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.fields[note]}"), console=console) as bar:
        shown = bar.add_task(what, total=None, note="")
        for progress in task:
            bar.update(shown, completed=progress.done, total=progress.total, note=progress.note[:60])
            yield progress


def _last(task: Iterator[Progress[Result]]) -> Result:
    results = [result for progress in task for result in progress.results]
    return results[-1]


def _fail(message: str) -> NoReturn:
    console.print(f"[red]error:[/red] {message}", highlight=False)
    raise typer.Exit(1)
