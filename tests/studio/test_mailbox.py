import threading

from studio.mailbox import Mailbox


def test_the_newest_overwrites_what_nobody_took() -> None:
    mailbox: Mailbox[int] = Mailbox()
    for number in range(5):
        mailbox.put(number)
    assert mailbox.take() == 4


def test_closing_lets_a_waiting_reader_go() -> None:
    mailbox: Mailbox[int] = Mailbox()
    taken: list[int | None] = []
    reader = threading.Thread(target=lambda: taken.append(mailbox.take()))
    reader.start()
    mailbox.close()
    reader.join(5)
    assert taken == [None]
