"""The style page, as far as a program can check it. One test per rule."""

import ast
import pathlib
import re

import pytest

SRC = pathlib.Path(__file__).parents[2] / "src" / "tongban"
MODULES = sorted(p for p in SRC.rglob("*.py") if "migrations" not in p.parts)
CORE = [p for p in MODULES if p.is_relative_to(SRC / "core")]
ACTIONS = [p for p in MODULES if p.name == "actions.py" or p.parent.name == "actions"]
CORE_MAY_IMPORT = {
    "__future__", "base64", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum",
    "fractions", "functools", "hashlib", "hmac", "itertools", "json", "math", "operator", "re",
    "types", "typing", "unicodedata", "tongban.core", "lxml",
    "stdnum", "cryptography", "gmssl_pyx", "rfc8785",
}
JUNK_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "managers"}


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path):
    return str(path.relative_to(SRC))


def functions(path):
    return [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def imported(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_function_fits_on_a_screen(path):
    assert [f.name for f in functions(path) if f.end_lineno - f.lineno >= 60] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_is_at_most_500_lines(path):
    assert path.read_text().count("\n") <= 500


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_file_name_says_its_concern(path):
    assert path.stem not in JUNK_NAMES


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_imports_only_from_the_allow_list(path):
    roots = {m if m.startswith("tongban.core") else m.split(".")[0] for m in imported(path)}
    assert {r for r in roots if not r.startswith("tongban.core")} - CORE_MAY_IMPORT == set()


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_never_reads_the_system_clock(path):
    calls = {n.func.attr for n in ast.walk(tree(path))
             if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
    assert calls & {"now", "today", "utcnow"} == set()


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_has_no_binary_float(path):
    assert [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, float)] == []


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_module_says_what_it_is(path):
    assert re.match(r"[A-Z].*[.。]", ast.get_docstring(tree(path)) or "")


@pytest.mark.parametrize("path", ACTIONS, ids=name)
def test_public_action_takes_keywords_only(path):
    loose = [f.name for f in tree(path).body if isinstance(f, ast.FunctionDef)
             and not f.name.startswith("_") and (f.args.args or f.args.posonlyargs)]
    assert loose == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_wide_except(path):
    wide = [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.ExceptHandler)
            and (n.type is None or getattr(n.type, "id", "") in {"Exception", "BaseException"})]
    assert wide == []


TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_has_no_inline_script_or_style(path):
    """The policy drops them, silently; and htmx must not be given code to run (ADR 0002)."""
    text = path.read_text(encoding="utf-8")
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=|\son[a-z]+=\"|hx-on|\"js:", text)
    assert inline == []
