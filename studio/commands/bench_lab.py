"""`selfie-studio bench lab`: sheets, the map and the layers, with very many photos."""

from pathlib import Path
from typing import Annotated

import typer

from engine.devices import Device
from studio.commands.bench_lab_hood import hood_rows
from studio.commands.bench_lab_map import map_rows
from studio.commands.bench_lab_sheet import sheet_rows
from studio.commands.bench_report import Row, report
from studio.commands.output import OnDevice


def bench_lab(
    photos: Annotated[int, typer.Option("--photos", min=100, help="How many.")] = 50_000,
    data: Annotated[
        Path | None, typer.Option("--data", help="A folder that was scanned: the map is made of its embeddings.")
    ] = None,
    catalogue: Annotated[Path | None, typer.Option("--catalogue", help="Knows that folder; yours if not said.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: OnDevice = Device.AUTO,
) -> None:
    """Time and memory of the lab, on so many photos made of the sample photos."""
    from engine.scoring import load_scorer

    scorer = load_scorer(device)
    rows: list[Row] = []
    rows += map_rows(photos, scorer, data, catalogue)
    rows += sheet_rows(photos, device)
    rows += hood_rows(scorer)
    report(rows, scorer.runtime.name, as_json=as_json)
