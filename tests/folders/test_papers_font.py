"""The vendored face has every character an official paper may need, in both weights."""

import hashlib
import pathlib
import re

import pytest
import typst

FONTS = pathlib.Path(__file__).parents[2] / "packs" / "national" / "fonts"
TABLE = (FONTS / "tonggui_8105.txt").read_text(encoding="utf-8").replace("\n", "")
SIGNS = "0123456789ABCXYZabcxyz￥¥，。、；：？！“”‘’（）《》〈〉【】〔〕—…·〇×÷±°℃№①②③⑩ⅠⅡⅢ□■○●★〓０１ＡＢ"


def compiled(text, weight):
    source = f'#set text(font: "Noto Serif SC", weight: {weight}, lang: "zh")\n#sys.inputs.text'
    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )
    compiler = typst.Compiler(input=source.encode(), font_paths=faces)
    return compiler.compile(format="pdf", pdf_standards="a-2b", sys_inputs={"text": text})


def test_the_table_is_the_whole_table():
    assert (len(TABLE), len(set(TABLE))) == (8105, 8105)


@pytest.mark.parametrize("weight", [400, 700])
def test_the_face_has_every_character_of_the_table(weight):
    assert compiled(TABLE, weight).startswith(b"%PDF")


@pytest.mark.parametrize("weight", [400, 700])
def test_the_face_has_the_signs_of_official_writing(weight):
    assert compiled(SIGNS, weight).startswith(b"%PDF")


def test_a_character_the_face_lacks_is_an_error():
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        compiled("\U0002a6a5", 400)


def test_the_files_are_those_the_readme_describes():
    said = dict(
        re.findall(r"`(NotoSerifSC-\w+\.ttf)` \| `(\w{64})`", (FONTS / "README.md").read_text())
    )
    assert said == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FONTS.glob("*.ttf")
    }
