"""What a stage of the network shows, in words for whoever never saw one."""

from engine.lab.layers import Stage
from engine.preprocess import PREPROCESSING

FILTERS_NAME = "The first filters"
FILTERS_CAPTION = (
    "The network begins with these small patterns. Each is laid on every place of the picture, and answers where the "
    "picture looks like it: light beside dark, one colour beside another. Nobody drew them; they were learned."
)
SALIENCY_NAME = "What the score hangs on"
SALIENCY_CAPTION = (
    "One part of the picture after the other is covered, and the score is asked again. Blue parts lift the score, "
    "orange parts lower it: without them it would be lower, or higher."
)
# By what a point sees at most, in pixels: what such stages answer to in most networks, and how to read it.
_KINDS = (
    (
        4,
        "Edges and colours",
        "It sees hardly more than single pixels: outlines, and where it is light or of one colour.",
    ),
    (12, "Edges, sorted", "The same edges, put together: some maps keep the outlines, others flat areas."),
    (24, "Strokes and corners", "Lines that end, cross or bend; the edge of hair, the rim of glasses."),
    (80, "Textures", "Small patterns that repeat: hair, cloth, leaves, blur."),
    (160, "Parts", "Pieces of things: an eye, a mouth, a collar, a bright window."),
    (
        400,
        "Parts in their place",
        "Pieces together with what is around them: eyes in a face, a head against its ground.",
    ),
    (800, "Whole things", "Large shapes: a face, shoulders, a busy or a quiet background."),
)
_LARGEST = "The whole picture", "How the large shapes stand to each other and in the frame."
_LAST = (
    "What counts",
    "Each map stands for something that counts. Their means, each with its weight, added up, are the score.",
)


def stage_name(stage: Stage, stages: tuple[Stage, ...]) -> str:
    """A short name, such as "Textures"."""
    return _words(stage, stages)[0]


def stage_caption(stage: Stage, stages: tuple[Stage, ...]) -> str:
    """What is shown, in a few sentences."""
    number, size = stages.index(stage) + 1, PREPROCESSING.size
    seen = (
        "the whole picture"
        if stage.sees >= size
        else f"{stage.sees} by {stage.sees} of the picture's {size} by {size} pixels"
    )
    return (
        f"Stage {number} of {len(stages)}: {stage.channels:,} maps of {stage.side} by {stage.side} points, made from "
        f"the {'picture' if number == 1 else 'stage before'}. A point is bright where the map's own pattern is found; "
        f"it sees {seen}. {_words(stage, stages)[1]}"
    )


def _words(stage: Stage, stages: tuple[Stage, ...]) -> tuple[str, str]:
    if stage is stages[-1]:
        return _LAST
    return next((words[1:] for words in _KINDS if stage.sees <= words[0]), _LARGEST)
