"""What is done with many photos of the album at once: stars to files, trash, export, lists."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings, QStandardPaths, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QVBoxLayout, QWidget

from engine.album import PhotoRow
from engine.album_columns import UNKNOWN, Rows
from engine.catalogue import Catalogue
from engine.fact_table import FactRow, TableFormat, available_formats, rows_of_album, save_table
from engine.photo_export import ExportedPhoto, export_photos
from engine.photo_filter import PhotoFilter, SortKey
from engine.progress import Progress
from engine.rating_queue import WrittenStars
from engine.ratings import RatingPlace, StarMapping
from engine.scoring import Scorer
from studio.album_model import AlbumModel
from studio.culling import REJECTED, Culling
from studio.export_dialog import ExportDialog, ExportWish
from studio.file_manager import open_folder, show_in_file_manager
from studio.rating_writer import RatingWriter
from studio.star_mapping_dialog import ScoredPhotos, StarMappingDialog
from studio.star_place import PLACES, keep_stars_in, star_place
from studio.task_strip import TaskStrip
from studio.thumbnails import Thumbnails
from studio.trashing import Trashing
from studio.wording import count, names_in_words

LIST_FOLDER_SETTING = "album/list folder"
FORMAT_NAMES = {TableFormat.CSV: "CSV, for spreadsheets", TableFormat.JSON: "JSON", TableFormat.PARQUET: "Parquet"}
# So many stars are written before anybody could read how far it is.
SHOWN_FROM = 10


class AlbumTasks(QWidget):
    """Runs tasks on the album's photos; what is seen of it is a strip or two while they run.

    Args:
        chosen_rows: gives the rows of the album that an action is for.

    Attributes:
        culling: what a person says of photos.
        strip: of what a person asked for.
        star_strip: of the stars that are written.

    Signals:
        message: a sentence for people.
    """

    message = Signal(str)

    def __init__(
        self,
        model: AlbumModel,
        thumbnails: Thumbnails,
        open_catalogue: Callable[[], Catalogue],
        chosen_rows: Callable[[], Rows],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._thumbnails = model, thumbnails
        self._open_catalogue, self._chosen_rows = open_catalogue, chosen_rows
        self.strip, self.star_strip = TaskStrip(), TaskStrip()
        self.culling = Culling(model, open_catalogue, self.strip, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.strip)
        layout.addWidget(self.star_strip)
        self.writer = RatingWriter(open_catalogue, self)
        self.writer.progressed.connect(self._take_written)
        self.writer.ended.connect(self.star_strip.hide)
        self.star_strip.cancel_button.clicked.connect(self.writer.stop)
        self.culling.stars_waiting.connect(self.writer.start)
        self.trashing = Trashing(model, open_catalogue, self.culling.undo_stack, self.strip, self)
        for speaker in (self.culling, self.writer, self.trashing):
            speaker.message.connect(self.message)

    def use_scorer(self, scorer: Scorer) -> None:
        """Take the model, and write the stars that an earlier run left unwritten."""
        self.trashing.scorer = scorer
        self.writer.start()

    @property
    def is_free(self) -> bool:
        """Whether a task may be started; where not, what runs is said."""
        if self.strip.busy:
            self.message.emit(f"Wait for the end of this, or cancel it: {self.strip.what}.")
        return not self.strip.busy

    def close_jobs(self, *, write_all_stars: bool) -> None:
        """Let what writes come to the end of its step, and wait for it."""
        self.strip.close_jobs()
        self.writer.close(write_all=write_all_stars)

    # Stars

    def keep_stars_in(self, place: RatingPlace | None) -> None:
        """Write the stars that are given from now on there."""
        keep_stars_in(place)
        self.message.emit(f"From now on. {PLACES[place][1]}")

    @Slot()
    def ask_for_mapping(self) -> None:
        """Ask how many points make how many stars, and give them."""
        album = self._model.album
        shown = ScoredPhotos.of(album, self._model.shown) if album is not None else None
        if album is None or not shown:
            self.message.emit("There are no scores yet: open a folder first.")
            return
        dialog = StarMappingDialog(shown, ScoredPhotos.of(album, self._chosen_rows()), self.window())
        dialog.wanted.connect(self.give_stars_by_score)
        dialog.open()

    @Slot(object, object)
    def give_stars_by_score(self, paths: Sequence[str], mapping: StarMapping) -> None:
        """Give stars from scores, except to what a person rated."""
        album = self._model.album
        if album is not None:
            rows = album.rows_of(paths)
            self.culling.rate_by_score(rows[rows != UNKNOWN], mapping)

    def write_stars(self) -> None:
        """Write the stars of the chosen photos, or of all that are shown, where stars are kept now."""
        if star_place() is None:
            self.message.emit("Choose first where: Album, Keep stars in.")
            return
        chosen = self._chosen_rows()
        self.culling.write_again(chosen if len(chosen) > 1 else self._model.shown)

    @Slot(object)
    def _take_written(self, progress: Progress[WrittenStars]) -> None:
        for written in progress.results:
            self._model.follow(written.path, written.content, written.mark)
        if progress.total >= SHOWN_FROM:
            note = f"Writing stars: {progress.note}"
            self.star_strip.show_progress(note, progress.done, progress.total)

    # Trash

    @Slot()
    def ask_to_trash(self) -> None:
        """Move the rejected photos to the trash, if a person agrees."""
        self.trashing.ask(self._thumbnails, self.window())

    # Export

    @Slot()
    def ask_to_export(self) -> None:
        """Ask what to export, and do it."""
        album = self._model.album
        if album is None or not len(album) or not self.is_free:
            return
        key, turned = self._model.key, self._model.turned
        picked = album.select(PhotoFilter(picks=frozenset((1,))), key, turned=turned)
        # What is rejected is not among the best, unless nothing else is looked at.
        wanted = self._model.wanted
        best = album.select(replace(wanted, picks=wanted.picks - {REJECTED} or wanted.picks), SortKey.SCORE)
        chosen = self._chosen_rows()
        dialog = ExportDialog(
            album.path_names(chosen[album.numbers["content"][chosen] != UNKNOWN]),
            album.path_names(picked),
            album.path_names(best[album.numbers["content"][best] != UNKNOWN]),
            [Path(folder) for folder in album.folders()],
            self.window(),
        )
        dialog.wanted.connect(self.export)
        dialog.open()

    @Slot(object)
    def export(self, wish: ExportWish) -> None:
        """Export photos."""
        exported: list[ExportedPhoto] = []

        def end(text: str) -> None:
            if text:
                self.message.emit(text)
                return
            done = [photo for photo in exported if photo.target is not None]
            bad = [photo for photo in exported if photo.error]
            parts = [f"{count(len(done), 'photo')} exported to {wish.folder}."]
            if bad:
                names = names_in_words([photo.source.name for photo in bad])
                parts.append(f"Not exported: {names} ({bad[0].error}).")
            if len(exported) < len(wish.photos):
                parts[0] = f"Stopped: {count(len(done), 'photo')} of {len(wish.photos)} exported to {wish.folder}."
            self.strip.show_result(" ".join(parts), "Open the folder", lambda: self._open_folder(wish.folder))

        self.strip.run(
            "Exporting",
            lambda: export_photos([Path(photo) for photo in wish.photos], wish.folder, wish.settings),
            progressed=lambda step: exported.extend(step.results),
            ended=end,
        )

    def _open_folder(self, folder: Path) -> None:
        if not open_folder(folder):
            self.message.emit(f"No file manager answers. The photos are in {folder}")

    # Lists

    @Slot()
    def ask_to_save_list(self) -> None:
        """Ask for a file, and save what is known of the photos that are shown, in their order."""
        album, rows = self._model.album, self._model.shown
        if album is None or not len(rows):
            self.message.emit("No photos are shown.")
        elif self.is_free:
            documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            start = Path(str(QSettings().value(LIST_FOLDER_SETTING, "") or documents), "photos.csv")
            formats = {f"{FORMAT_NAMES[each]} (*.{each})": each for each in available_formats()}
            name, chosen = QFileDialog.getSaveFileName(
                self.window(), "Save the list of the photos that are shown", str(start), ";;".join(formats)
            )
            if name:
                self.save_list(album.photos_later(rows), len(rows), Path(name), formats.get(chosen, TableFormat.CSV))

    def save_list(self, photos: Iterator[PhotoRow], number: int, target: Path, table_format: TableFormat) -> None:
        """Save what is known of so many photos; a name's suffix tells the format, one without gets that of the format.

        The photos are gone through in the background.
        """
        suffix = target.suffix[1:].lower()
        if suffix in available_formats():
            table_format = TableFormat(suffix)
        else:
            target = target.with_name(f"{target.name}.{table_format}")
        QSettings().setValue(LIST_FOLDER_SETTING, str(target.parent))

        def task() -> Iterator[Progress[FactRow]]:
            rows: list[FactRow] = []
            with self._open_catalogue() as catalogue:
                for step in rows_of_album(list(photos), catalogue):
                    rows += step.results
                    yield Progress(step.done, step.total, step.note)
            save_table(rows, target, table_format)

        def end(text: str) -> None:
            if text or self.strip.was_stopped:
                self.message.emit(text or "Stopped: no list was saved.")
            else:
                words = f"The list of {count(number, 'photo')} is saved as {target}"
                self.strip.show_result(words, "Open the folder", lambda: self._open_folder(target.parent))

        self.strip.run("Saving the list", task, progressed=lambda _: None, ended=end)

    # One photo

    def ask_to_keep_best(self) -> None:
        """Ask how many photos of each stack are kept, and reject the rest."""
        if self._model.album is None or not len(self._model.album.beyond_best(1)):
            self.message.emit("There is nothing to reject in stacks: alike photos are found once all are scored.")
            return
        keep, chosen = QInputDialog.getInt(
            self, "Keep the best of each stack", "Keep of each stack of alike photos:", 1, 1, 99
        )
        if chosen:
            self.keep_best(keep)

    def keep_best(self, keep: int) -> None:
        """Reject the photos of stacks beyond the best so many; picked ones stay."""
        album = self._model.album
        assert album is not None
        rows = album.beyond_best(keep)
        self.culling.pick(rows, REJECTED)
        stacks = len(np.unique(album.numbers["group"][rows]))
        rejected, of = count(len(rows), "photo"), count(stacks, "stack")
        self.message.emit(f"{rejected} of {of} rejected. Ctrl+Z takes it back; Ctrl+Del moves them to the trash.")

    def show_in_file_manager(self) -> None:
        """Show the first chosen photo where it lies."""
        rows = self._chosen_rows()
        if self._model.album is not None and len(rows):
            path = self._model.album.path(int(rows[0]))
            if not show_in_file_manager(path):
                self.message.emit(f"No file manager answers. The photo is {path}")

    def copy_path(self) -> None:
        """Put the paths of the chosen photos on the clipboard, one a line."""
        if paths := self._chosen_paths():
            QGuiApplication.clipboard().setText("\n".join(paths))
            self.message.emit(f"Copied: {paths[0]}" if len(paths) == 1 else f"{len(paths):,} paths copied.")

    def _chosen_paths(self) -> list[str]:
        return self._model.album.path_names(self._chosen_rows()) if self._model.album is not None else []
