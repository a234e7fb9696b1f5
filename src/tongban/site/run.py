"""The three long-running processes: web, worker, sequencer; each ends cleanly on TERM.

Sources: https://github.com/emmett-framework/granian; https://procrastinate.readthedocs.io/"""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import django
from django.conf import settings

PARENT_LOOK_S = 0.5
THREADS = 8


def serve(*, host: str, port: int, threads: int = THREADS) -> None:
    """Answer web pages and API calls until told to stop."""
    from granian import Granian  # noqa: PLC0415 -- slow import
    from granian.constants import Interfaces  # noqa: PLC0415 -- slow import
    from granian.log import LogLevels  # noqa: PLC0415 -- slow import

    end_with_parent()
    Granian(
        "tongban.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        websockets=False,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
        log_dictconfig=settings.LOGGING,
    ).serve()


def work() -> None:
    """Run jobs, pass on what happened (outbox) and fire timers until told to stop."""
    end_with_parent()
    django.setup()
    from procrastinate.contrib.django import app  # noqa: PLC0415 -- app ready
    from procrastinate.contrib.django.django_connector import (  # noqa: PLC0415 -- app ready
        DjangoConnector,
    )

    from tongban.cases import jobs as cases  # noqa: PLC0415 -- app ready
    from tongban.site import wiring  # noqa: PLC0415 -- app ready

    stop = threading.Event()
    relay = beside(lambda: cases.run_relay(stop=stop, deliver=wiring.deliver), stop)
    assert isinstance(app.connector, DjangoConnector)
    jobs = app.with_connector(app.connector.get_worker_connector())
    jobs.run_worker(concurrency=2, delete_jobs="successful")
    stop.set()
    relay.join()


def sequence() -> None:
    """Turn recorded events into signed checkpoints of the ledger until told to stop."""
    end_with_parent()
    django.setup()
    from tongban.ledger import jobs as ledger  # noqa: PLC0415 -- app ready

    ledger.run_sequencer(stop=stopping(), interval=settings.LEDGER_INTERVAL_S)


def stopping() -> threading.Event:
    """An event that INT and TERM set."""
    stop = threading.Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, tell)
    signal.signal(signal.SIGTERM, tell)
    return stop


def beside(act: Callable[[], None], stop: threading.Event) -> threading.Thread:
    """Run an act in a thread of its own; if it fails, the whole process ends and is restarted."""

    def run() -> None:
        try:
            act()
        finally:
            if not stop.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=run, name="beside")
    thread.start()
    return thread


def end_with_parent() -> None:
    """Under a supervisor: end when it is gone, even by kill -9, so that none is left behind."""
    if "TONGBAN_SUPERVISED" not in os.environ:
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
