"""The rows of `selfie-studio bench lab` that speak of sheets."""

from engine.devices import Device
from studio.commands.bench_report import Row, at_most, plain


def sheet_rows(photos: int, device: Device) -> list[Row]:
    """Time and memory of a continuum."""
    from engine.resources import SAMPLES
    from studio.lab.sheets_bench import measure_continuum

    figures = measure_continuum(sorted(SAMPLES.glob("*.jpg")), photos, device)
    what = f"continuum of {figures.photos:,} photos, thumbnails copied under as many names"
    return [
        at_most(what, figures.seconds, "s", 60),
        plain("the same, of one core alone", figures.processor_s, "s"),
        at_most("the same, most memory of its process", figures.peak_mb, "MB", 1000),
        plain("the same, size of the PNG", figures.file_mb, "MB"),
    ]
