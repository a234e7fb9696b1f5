"""What papers can do: keep a file, issue a notice, issue a licence, change its state, count a look-up."""

from tongban.papers.actions.files import EmptyFile, FileIsNotWhatItSays, keep_file
from tongban.papers.actions.licences import (
    ChangeNotAllowed,
    NoSuchLicence,
    change_licence,
    issue_licence,
    make_missing_licence_files,
    record_lookup,
)
from tongban.papers.actions.notices import issue_notice, make_missing_files

__all__ = [
    "ChangeNotAllowed",
    "EmptyFile",
    "FileIsNotWhatItSays",
    "NoSuchLicence",
    "change_licence",
    "issue_licence",
    "issue_notice",
    "keep_file",
    "make_missing_files",
    "make_missing_licence_files",
    "record_lookup",
]
