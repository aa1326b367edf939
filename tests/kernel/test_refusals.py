import ast
import re
from pathlib import Path

import doorward
from doorward.kernel.outcome import Refused
from doorward.kernel.refusals.table import REFUSALS
from doorward.kernel.sentences import sentence

PACKAGE = Path(doorward.__file__).parent
FILES = sorted((PACKAGE / "kernel" / "refusals").glob("*.py"))
KEY = re.compile(r'^    "([a-z_]+)(\.[a-z_]+)": Refusal\(', re.MULTILINE)
PASSWORD_RULES = {f"passwords.min_{what}" for what in ("length", "letters", "digits", "specials", "groups")}
"""Made from the name of the rule that failed."""


def words() -> set[str]:
    """Collect every text of the product, the table itself apart."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py") if path not in FILES]
    constants = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


def test_no_code_is_unused() -> None:
    """What nothing refuses with does not stand in the table."""
    assert set(REFUSALS) - words() == PASSWORD_RULES


def test_a_code_is_feature_and_reason() -> None:
    """A code in a screenshot can be searched for."""
    assert [code for code in REFUSALS if not re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", code)] == []


def test_a_code_stands_once_in_the_file_of_its_first_word() -> None:
    """`signin.refused` is looked up in `signin.py`; a key that stood twice would silently lose its first sentence."""
    keys = [(path.stem, key.groups()) for path in FILES for key in KEY.finditer(path.read_text(encoding="utf-8"))]

    assert [key for stem, key in keys if key[0] != stem] == []
    assert sorted("".join(key) for _, key in keys) == sorted(REFUSALS)


def test_every_status_has_one_kind_of_exit_code() -> None:
    """The command line says the same as HTTP: not found is 4, conflict 5, trouble of the server 1."""
    expected = {404: {4}, 409: {5}, 428: {5}, 500: {1}, 503: {1}, 401: {3}, 403: {3}, 429: {3}, 400: {2}, 405: {2}}

    found = {status: {one.exit_code for one in REFUSALS.values() if one.status == status} for status in expected}
    assert found == expected


def test_a_sentence_says_how_to_mend_it() -> None:
    """What is wrong, then what to do: at least two sentences each."""
    said = {code: sentence(Refused(code)) for code in REFUSALS}

    assert [code for code, text in said.items() if not re.search(r"[.;:] .+\.$", text)] == []
