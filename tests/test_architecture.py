"""The rules of the house that a machine can see."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from accounts.tenancy import TenantOwned

ROOT = Path(__file__).parents[1]
HOUSES = ("cleanmail", "accounts", "quarantine", "diagnostics")
FUNCTION_LINES, VIEW_LINES, FILE_LINES = 60, 25, 450
# Rooms of the house plan (style guide): what they hold has no better name.
FORBIDDEN_NAMES = {
    "utils.py", "helpers.py", "common.py", "lib.py", "services.py", "signals.py",
    "managers.py",
}  # fmt: skip
FLOORS = (
    ("urls",),
    ("views",),
    ("forms", "search"),
    ("actions",),
    ("tasks",),
    ("access",),
    ("models",),
    ("states", "errors"),
)
# Models that belong to no customer, and why.
NOT_TENANT_OWNED = {
    "accounts.Customer": "is the tenant",
    "accounts.User": "may belong to several customers",
    "accounts.OutboundScanner": "the operator's",
    "accounts.AuditEvent": "the operator's acts have no customer",
    "accounts.OutgoingMail": "a person's",
    "accounts.AuditHead": "one for the installation",
    "accounts.Throttle": "counts before anybody is known",
    "accounts.TotpDevice": "a person's",
    "accounts.SmsDevice": "a person's",
    "accounts.PasskeyDevice": "a person's",
    "accounts.SmsCode": "a person's",
    "accounts.SmsMessage": "a person's",
    "accounts.RecoverySheet": "a person's",
    "accounts.RecoveryCode": "a person's",
    "accounts.KnownBrowser": "a person's",
    "accounts.TrustedBrowser": "a person's",
    "accounts.SignIn": "a person's",
    "diagnostics.ProbeTarget": "a server that probes of all customers ask",
    "quarantine.SiteMapToken": "the operator's",
    "diagnostics.UnmatchedSession": "moves to a customer's row once one is known",
    "diagnostics.FollowedLog": "one for each log of the operator's",
    "diagnostics.FaultNotice": "the operator's",
}


def sources() -> Iterator[Path]:
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sources():
        yield path, ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def room_of(path: Path) -> str:
    """Return the room: a file of a house, or a folder of files."""
    return path.relative_to(ROOT).with_suffix("").parts[1]


def test_no_file_is_longer_than_its_budget():
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources()
        if (count := len(path.read_text().splitlines())) > FILE_LINES
    }

    assert not long


def test_no_function_is_longer_than_its_budget():
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {length(node)}"
        for path, tree in trees()
        for node in functions(tree)
        if length(node) > (VIEW_LINES if room_of(path) == "views" else FUNCTION_LINES)
    ]

    assert not long


def test_no_room_without_a_name():
    nameless = [str(path) for path in sources() if path.name in FORBIDDEN_NAMES]

    assert not nameless


def test_views_and_forms_reach_rows_only_through_access():
    rooms = [
        (path, tree)
        for path, tree in trees()
        if room_of(path) in {"views", "forms"} or "templatetags" in path.parts
    ]

    direct = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in rooms
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager"}
    ]

    assert len(rooms) >= 4
    assert not direct


def test_no_import_hides_inside_a_function():
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not hidden


def floor_of(module: str) -> int | None:
    for number, names in enumerate(FLOORS):
        if module in names:
            return number
    return None


def own_imports(house: str, tree: ast.Module) -> Iterator[str]:
    """Yield the rooms of the same house that a module imports."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        head, *rest = node.module.split(".")
        if head != house:
            continue
        yield from rest[:1] or [alias.name for alias in node.names]


@pytest.mark.parametrize("house", ["accounts", "quarantine", "diagnostics"])
def test_rooms_import_only_downwards(house: str):
    upwards = []
    for path in sorted((ROOT / house).rglob("*.py")):
        mine = floor_of(room_of(path))
        for imported in own_imports(house, ast.parse(path.read_text())):
            theirs = floor_of(imported)
            if mine is not None and theirs is not None and theirs < mine:
                upwards.append(f"{path.relative_to(ROOT)} imports {imported}")

    assert not upwards


# Rooms that stand beside the views: parts of wizards, pages, admin and middleware.
BESIDE_THE_VIEWS = {
    "admin",
    "answers",
    "decorators",
    "enrolment",
    "methods",
    "middleware",
    "presentation",
    "responses",
    "sign_in",
}
ABOVE_THE_WORKSHOP = {"urls", "views", "forms", "search", "actions", "tasks"}


def test_the_workshop_imports_nothing_from_above():
    climbing = []
    for house in ("accounts", "quarantine", "diagnostics"):
        for path in sorted((ROOT / house).rglob("*.py")):
            room = room_of(path)
            if floor_of(room) is not None or room == "management":
                continue
            if room in BESIDE_THE_VIEWS:
                continue
            climbing += [
                f"{path.relative_to(ROOT)} imports {name}"
                for name in own_imports(house, ast.parse(path.read_text()))
                if name in ABOVE_THE_WORKSHOP
            ]

    assert not climbing


def test_every_model_belongs_to_a_customer_or_says_why_not():
    models = [
        model
        for house in ("accounts", "quarantine", "diagnostics")
        for model in apps.get_app_config(house).get_models()
    ]

    homeless = [
        model._meta.label
        for model in models
        if not issubclass(model, TenantOwned)
        and model._meta.label not in NOT_TENANT_OWNED
    ]

    assert len(models) > 10
    assert not homeless


def test_customer_of_a_tenant_owned_row_is_never_null():
    for model in apps.get_models():
        try:
            field = model._meta.get_field("customer")
        except FieldDoesNotExist:
            continue
        if issubclass(model, TenantOwned):
            assert not field.null, model


def python36_files() -> list[Path]:
    return [
        *sorted((ROOT / "cleanmail/wire").glob("*.py")),
        *(
            path
            for room in (
                "agent",
                "checks",
                "causes",
                "pasted",
                "scanner_log",
                "verdicts",
            )
            for path in sorted((ROOT / "diagnostics" / room).glob("*.py"))
        ),
        *(
            path
            for name in ("error_text", "report")
            if (path := ROOT / f"diagnostics/{name}.py").exists()
        ),
    ]


def test_what_the_agent_carries_is_python_3_6():
    files = python36_files()

    for path in files:
        ast.parse(path.read_text(), feature_version=(3, 6))

    assert len(files) > 30


def test_what_the_agent_carries_compiles_on_a_real_python_3_6(tmp_path: Path):
    # Not by PATH: pyenv's own shim may stand there and find nothing.
    old = next(iter(Path.home().glob(".pyenv/versions/3.6*/bin/python3")), None)
    if old is None and shutil.which("python3.6"):
        old = Path(str(shutil.which("python3.6")))
    if old is None:
        # The syntax is checked above on every machine.
        return
    script = (
        "import sys\nfor name in sys.argv[1:]: compile(open(name).read(), name, 'exec')"
    )

    result = subprocess.run(
        [str(old), "-c", script, *map(str, python36_files())],
        capture_output=True, text=True, check=False, env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip

    assert result.returncode == 0, result.stderr


def test_the_ground_imports_the_standard_library_only():
    ours = {
        "cleanmail.wire",
        "diagnostics.agent",
        "diagnostics.checks",
        "diagnostics.causes",
        "diagnostics.report",
        "diagnostics.verdicts",
        "diagnostics.pasted",
        "diagnostics.scanner_log",
    }
    foreign = []
    for path in python36_files():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            foreign += [
                f"{path.relative_to(ROOT)}: {name}"
                for name in names
                if name.split(".")[0] in {"django", "celery", "dns", "cryptography"}
                or (name.split(".")[0] in HOUSES and not name.startswith(tuple(ours))
                    and name != "diagnostics")
            ]  # fmt: skip

    assert not foreign


def test_no_template_marks_foreign_text_as_safe():
    unsafe = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "|safe" in (text := path.read_text())
        or "autoescape off" in text
        # A page has its style sheet, a mail brings its own: many mail programs know
        # no other way, and no CSP of ours is there to break.
        or (path.parent.name != "mail" and (" style=" in text or "<style" in text))
        or "onclick=" in text
        or "hx-on" in text
        or "javascript:" in text
    ]

    assert not unsafe


def test_no_python_marks_foreign_text_as_safe():
    unsafe = [
        str(path.relative_to(ROOT))
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in {"mark_safe", "SafeString"}
        and isinstance(node.ctx, ast.Load) and node.id == "mark_safe"
    ]  # fmt: skip

    assert not unsafe
