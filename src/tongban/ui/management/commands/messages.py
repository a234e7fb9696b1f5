"""`messages --update | --compile | --check`: the English catalogue follows the Chinese source."""

from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from tongban.ui import catalogue


class Command(BaseCommand):
    help = "Keep the English catalogue in step with the Chinese source text."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--update", action="store_true", help="take in new messages, drop those that are gone")
        parser.add_argument("--compile", action="store_true", help="write the .mo file")
        parser.add_argument("--check", action="store_true", help="fail if anything is missing, empty, fuzzy or differs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            held = catalogue.update()
            empty = sum(1 for message in held if message.id and not any(_strings(message.string)))
            self.stdout.write(f"{len(held)} messages, {empty} without English")
        if options["compile"] or options["update"]:
            catalogue.MO.write_bytes(catalogue.compiled())
        if options["check"]:
            found = catalogue.faults()
            if found:
                raise CommandError("\n".join(found))
            self.stdout.write("the English catalogue is complete")


def _strings(string: Any) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string or "",)
