"""`selfie-studio train crop-eval`: how well crops are chosen, on the public sets."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.devices import Device
from engine.resources import MODEL_FOLDER
from training.commands.output import console, fail, last, shown

if TYPE_CHECKING:
    from engine.faces import FaceDetector
    from engine.scoring import Scorer
    from training.crop_metrics import BoxFigures, RankingFigures


def crop_eval(
    annotations: Annotated[Path, typer.Argument(help="The set's annotations: JSON, or GAICD's folder of .txt files.")],
    set_name: Annotated[str, typer.Option("--set", help="gaicd, flms or fcdb.")] = "gaicd",
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Folder of its pictures; without it, GAICD's floors alone.")
    ] = None,
    split: Annotated[Path | None, typer.Option("--split", help="JSON of the set's parts.")] = None,
    part: Annotated[str, typer.Option("--part", help="Which of them.")] = "test",
    model: Annotated[Path, typer.Option("--model", help="Model folder.", show_default=False)] = MODEL_FOLDER,
    device: Annotated[Device, typer.Option("--device", help="What runs the network.")] = Device.AUTO,
) -> None:
    """Measure how well crops are chosen on GAICD, FLMS or FCDB, beside the floors.

    GAICD: SRCC, PCC and AccK/N. FLMS and FCDB: IoU and BDE. The figures of a set are of those pictures that are there.
    """
    from training.crop_evaluate import evaluate_boxes, evaluate_ranking, ranking_floors
    from training.crop_sets import CropSetName, read_best_crops, read_scored_crops, read_split

    try:
        name = CropSetName(set_name)
        wanted = read_split(split, part) if split else None
        if name is CropSetName.GAICD:
            scored = [row for row in read_scored_crops(annotations) if wanted is None or row.picture in wanted]
            if pictures is None:
                _say_rankings(ranking_floors(scored))
                console.print("the face box and the network need the pictures: name their folder with --pictures")
                return
            _say_rankings(last(shown(evaluate_ranking(scored, pictures, *_judges(device, model)), "ranking crops")))
            return
        best = [row for row in read_best_crops(annotations, name) if wanted is None or row.picture in wanted]
        if pictures is None:
            fail(f"{name.upper()}'s annotations do not say how large a picture is: name its folder with --pictures")
        _say_boxes(last(shown(evaluate_boxes(best, pictures, *_judges(device, model)), "choosing crops")))
    except ValueError as error:
        fail(str(error))


def _judges(device: Device, model: Path) -> tuple["Scorer", "FaceDetector"]:
    from engine.faces import FaceDetector
    from engine.scoring import load_scorer

    return load_scorer(device, folder=model), FaceDetector()


def _say_rankings(figures: Mapping[str, "RankingFigures"]) -> None:
    for name, row in figures.items():
        shares = ", ".join(f"Acc{returned}/{among} {share:.3f}" for (returned, among), share in row.acc.items())
        typer.echo(f"{name}: SRCC {row.srcc:.3f}, PCC {row.pcc:.3f}, {shares} ({row.pictures} pictures)")


def _say_boxes(figures: Mapping[str, "BoxFigures"]) -> None:
    for name, row in figures.items():
        typer.echo(f"{name}: IoU {row.iou:.3f}, BDE {row.bde:.3f} ({row.pictures} pictures)")
