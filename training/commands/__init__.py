"""`selfie-studio train`: the stages of making a model, each a command. torch is imported when a stage needs it."""

from collections.abc import Callable

import typer

from training.commands import convert, crops, model, posts

app = typer.Typer(no_args_is_help=True, help="Make the ConvNet: from posts and their likes, or from any labels.")
COMMANDS: dict[str, Callable[..., None]] = {
    "collect": posts.collect,
    "filter": posts.filter_posts,
    "label": posts.label,
    "split": posts.split,
    "simulate": posts.simulate,
    "manifest": model.manifest,
    "fit": model.fit,
    "evaluate": model.evaluate,
    "export": model.export,
    "make-model": model.make_model,
    "crop-head": model.crop_head,
    "from-posts": model.from_posts,
    "from-folders": model.from_folders,
    "crop-eval": crops.crop_eval,
    "convert": convert.convert,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
