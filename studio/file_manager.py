"""Shows a file in the system's own file manager, chosen there where that is possible."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def show_in_file_manager(path: Path) -> bool:
    """Show where a file or folder is; False where there is nothing to show it with."""
    if sys.platform == "win32":
        subprocess.Popen(["explorer", "/select,", str(path)])
        return True
    if sys.platform == "darwin":
        subprocess.Popen(["open", "-R", str(path)])
        return True
    return _ask_desktop(path) or open_folder(path.parent)


def open_folder(folder: Path) -> bool:
    """Open a folder in the file manager; False where there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _ask_desktop(path: Path) -> bool:
    """By D-Bus (freedesktop.org's File Manager DBus interface), which alone can say which file to choose."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    name = "org.freedesktop.FileManager1"
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[QUrl.fromLocalFile(str(path)).toString()], ""])
    answer = bus.call(message, timeout=2000)
    return answer.type() == QDBusMessage.MessageType.ReplyMessage
