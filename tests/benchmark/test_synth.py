import zipfile
from pathlib import Path

from benchmarks.synth import bare, zipped


def test_code_without_comments_and_docstrings_is_the_same_code() -> None:
    source = '''"""About this."""
X = 1  # a reason
"""About X."""


def f() -> str:
    """About f."""
    return "kept"


class C:
    """About C."""
'''
    code = "X = 1\n\ndef f() -> str:\n    return 'kept'\n\nclass C:\n    pass"
    assert bare(source) == code


def test_zipped_is_the_size_of_an_archive_with_the_names_as_in_the_asset(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    file = tmp_path / "package" / "module.py"
    file.write_text("x = 1\n" * 100)
    expected = tmp_path / "expected.zip"
    with zipfile.ZipFile(expected, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "package/module.py")
    assert zipped(tmp_path, [file]) == expected.stat().st_size
