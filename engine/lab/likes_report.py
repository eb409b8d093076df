"""What a model likes in an album, as one page that holds all it shows: sentences, figures, charts, small examples."""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from engine.catalogue import Catalogue
from engine.errors import PictureError
from engine.files import write_atomically
from engine.lab.changes import CHANGES
from engine.lab.likes import Likes
from engine.lab.likes_care import LIMITS, Care, Verdict
from engine.lab.likes_charts import album_chart, by_hand_chart, care_chart, change_chart, fact_chart
from engine.lab.likes_examples import Example, examples_of
from engine.lab.likes_words import Evidence, Statement, not_advice, points, points_range, statements, unclear
from engine.lab.plot_style import PRINT, as_svg
from engine.pixels import Pixels
from engine.progress import Progress

HOW_TO_READ = (
    "The score speaks of the photo, never of the person in it. Points go from 0 to 100. Behind each number stands the "
    "interval that holds the true one 95 times in 100; photos of one moment, or of one person where that is known, "
    "count as one when it is drawn. Many things are looked at at once: a sentence stands here only where Holm's rule "
    "still bears it out. “Makes the score” was seen both in the album and by changing the same photo by hand; “found "
    "by hand” was seen in the changed photos alone; “goes along” was seen in the album alone, and something else may "
    "be behind it."
)
_STYLE = """
:root { color-scheme: light }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2.5em auto; max-width: 62em; padding: 0 1.2em; color: #1d2024;
  background: #fff }
h1 { font-size: 1.9em; margin: 0 0 .2em } h2 { margin: 2em 0 .6em; font-size: 1.35em }
.dim { color: #6b727b } p { margin: .25em 0 } ul { margin: .3em 0; padding-left: 1.3em }
article { display: grid; grid-template-columns: 4.2em 1fr; gap: 0 1em; padding: .8em 0; border-top: 1px solid #dfe2e6;
  break-inside: avoid }
.effect { font-size: 1.5em; font-weight: 700; text-align: right; font-variant-numeric: tabular-nums }
.up { color: #0072b2 } .down { color: #d55e00 }
h3 { font-size: 1.1em; margin: .15em 0 } .tag { font-weight: 400; font-size: .8em; color: #6b727b; padding-left: .6em }
.examples { display: flex; flex-wrap: wrap; gap: .5em; margin: .6em 0 }
figure { margin: 0; width: 128px } figure.first:not(:first-child) { margin-left: 1.4em }
figure img { width: 128px; height: 128px; object-fit: contain; background: #f3f4f6; display: block }
figcaption { font-size: .72em; line-height: 1.3; color: #6b727b }
.charts { display: flex; flex-wrap: wrap; gap: .4em 1em } .charts img { width: 300px } img.wide { max-width: 100% }
table { border-collapse: collapse } td, th { padding: .3em .9em .3em 0; text-align: left; vertical-align: top;
  border-top: 1px solid #dfe2e6; font-variant-numeric: tabular-nums } th { border: 0 }
.cares { color: #d55e00; font-weight: 700 }
"""


def write_report(
    likes: Likes, catalogue: Catalogue, target: Path, *, title: str, blur_faces: bool = False
) -> Iterator[Progress[Path]]:
    """Write the page. What was there under its name is replaced.

    Args:
        likes: what was found.
        catalogue: that knows the photos.
        target: the HTML file.
        title: of the album.
        blur_faces: in the examples.

    Yields:
        Progress with each sentence whose examples are read, at last with the file.

    Raises:
        PictureError: it cannot be written.
        CatalogueError: the catalogue stopped working.
    """
    said = statements(likes.findings)
    parts: dict[bool, list[str]] = {True: [], False: []}
    for done, statement in enumerate(said):
        yield Progress(done, len(said) + 1, statement.text)
        examples = examples_of(statement, likes, catalogue, blur_faces=blur_faces)
        parts[statement.is_do].append(_article(statement, examples))
    page = "".join(_page(likes, title, parts[True], parts[False]))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise PictureError(target, f"the report cannot be written ({error.strerror})") from error
    yield Progress(len(said) + 1, len(said) + 1, "", (target,))


def _page(likes: Likes, title: str, dos: Sequence[str], donts: Sequence[str]) -> Iterator[str]:
    yield (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>What {escape(likes.model)} likes</title><style>{_STYLE}</style>"
        f"<h1>What {escape(likes.model)} likes</h1>"
        f'<p class="dim">{escape(title)}: {len(likes.photos):,} photos, of which {likes.changed:,} were changed by '
        f"hand.{_unread(likes)}</p><p>{HOW_TO_READ}</p>"
    )
    nothing = '<p class="dim">Nothing stands out clearly enough to be said.</p>'
    yield f"<h2>Do this</h2>{''.join(dos) or nothing}<h2>Don't do that</h2>{''.join(donts) or nothing}"
    yield from _lists(likes)
    yield from _cares(likes.cares)
    yield from _charts(likes)
    yield "</html>\n"


def _unread(likes: Likes) -> str:
    if not likes.unread:
        return ""
    names = ", ".join(f"{path.name} ({reason})" for path, reason in likes.unread[:5])
    rest = f" and {len(likes.unread) - 5} more" if len(likes.unread) > 5 else ""
    return f" Not read: {escape(names)}{rest}."


def _article(statement: Statement, examples: Sequence[Example]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in statement.lines)
    shown = "".join(map(_example, examples))
    effect = statement.effect
    return (
        f'<article><div class="effect {"up" if effect.value > 0 else "down"}">{points(effect)}</div>'
        f'<div><h3>{escape(statement.text)}.<span class="tag">{_TAGS[statement.evidence]}</span></h3>{lines}'
        f'<div class="examples">{shown}</div></div></article>'
    )


_TAGS = {each: each.value for each in Evidence}


def _example(example: Example) -> str:
    return (
        f"<figure{' class=first' if example.is_first else ''}>{_jpeg(example.pixels, example.told)}"
        f"<figcaption>{escape(example.told)}</figcaption></figure>"
    )


def _jpeg(pixels: Pixels, told: str) -> str:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=80)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(told, quote=True)}" src="data:image/jpeg;base64,{data}">'


def _lists(likes: Likes) -> Iterator[str]:
    along, (none, few) = not_advice(likes.findings), unclear(likes.findings)
    if along:
        items = "".join(f"<li>{escape(text)}</li>" for text in along)
        yield f"<h2>Goes along with the score, and is no advice</h2><ul>{items}</ul>"
    if none:
        yield f"<h2>No clear effect</h2><p>{escape('; '.join(none))}.</p>"
    if few:
        yield f"<h2>Too few photos to tell</h2><p>{escape('; '.join(few))}.</p>"


def _cares(cares: Sequence[Care]) -> Iterator[str]:
    yield "<h2>What it should not care about</h2>"
    if not cares:
        yield '<p class="dim">Too few photos to compare.</p>'
        return
    yield _svg(care_chart(cares, PRINT), "wide")
    yield (
        "<table><tr><th>compared</th><th>photos</th><th>points</th><th>light, sharpness and framing held</th>"
        "<th>of two photos, the first is above</th><th>the score</th></tr>"
    )
    for care in cares:
        held = f"{points(care.held)} ({points_range(care.held)})" if care.held and care.held.is_known else ""
        rank = f"{100 * (0.5 + care.rank.value):.0f} in 100" if care.rank and care.rank.is_known else ""
        verdict = "cares" if care.verdict is Verdict.FLAGGED else "dim"
        yield (
            f"<tr><td>{escape(care.about)}: {escape(care.groups)}</td><td>{care.asked_of[0]:,}, {care.asked_of[1]:,}"
            f"</td><td>{points(care.raw)} ({points_range(care.raw)})</td><td>{held}</td><td>{rank}</td>"
            f'<td class="{verdict}">{care.told}</td></tr>'
        )
    yield f'</table><p class="dim">{escape(LIMITS)}</p>'


def _charts(likes: Likes) -> Iterator[str]:
    findings = likes.findings
    yield "<h2>By hand</h2>"
    yield _svg(by_hand_chart(findings, PRINT), "wide")
    small = (
        change_chart(change, findings.changes[change.name], PRINT)
        for change in CHANGES
        if change.name in findings.changes
    )
    yield f'<div class="charts">{"".join(map(_svg, small))}</div><h2>In the album</h2>'
    yield _svg(album_chart(findings, PRINT), "wide")
    yield (
        '<p class="dim">Bands and bars are 95 % intervals. Hollow points and broken lines: with all else that is '
        "measured held; lines are drawn where that differs.</p>"
    )
    small = (fact_chart(found, PRINT) for found in findings.facts.values())
    yield f'<div class="charts">{"".join(map(_svg, small))}</div>'


def _svg(drawn: Figure | None, kind: str = "") -> str:
    if drawn is None:
        return ""
    data = base64.b64encode(as_svg(drawn)).decode()
    return f'<img class="{kind}" alt="chart" src="data:image/svg+xml;base64,{data}">'
