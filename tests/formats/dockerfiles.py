"""Texts that are Dockerfiles, nearly so, or not at all, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

_KEYWORDS = (
    "FROM", "ARG", "ENV", "RUN", "COPY", "ADD", "WORKDIR", "LABEL", "CMD", "ENTRYPOINT", "USER",
    "EXPOSE", "VOLUME", "SHELL", "ONBUILD", "HEALTHCHECK", "STOPSIGNAL", "MAINTAINER",
    "from", "Copy", "RNU",
)  # fmt: skip
_WORDS = (
    "a", "AS", "as", "a=b", "A=", "=x", '"a b"', "'x", '"', "\\", "\\\\", "`", "é", "\x85",
    "\u3000", "\t", "$A", "${A", "${A:-b}", "--from=x", '--chown="a b"', "--",
    "--mount=type=cache,target=/x", "<<EOF", "<<-E'O'F", "<<", "#", '["a", "b"]', '["a", 1]', "[",
    "]", "ONBUILD", "CMD", "NONE",
)  # fmt: skip
_ENDS = ("\n", "\n", "\n", "\r\n", " \\\n", "\\\r\n", "\\  \n", "`\n", "\\\n\n# c\n", "")

_line = st.one_of(
    st.builds(
        lambda indent, keyword, blank, words, end: indent + keyword + blank + " ".join(words) + end,
        st.sampled_from(("", "", "  ", "\t")),
        st.sampled_from(_KEYWORDS),
        st.sampled_from((" ", " ", "\t", "  ")),
        st.lists(st.sampled_from(_WORDS), max_size=4),
        st.sampled_from(_ENDS),
    ),
    st.sampled_from(
        ("\n", "# c\n", "  # c\r\n", "\\\n", "EOF\n", "\tEOF\r\n", "# escape=`\n", "# syntax=x\n")
    ),
)
near_dockerfiles = st.builds(
    lambda bom, lines: bom + "".join(lines),
    st.sampled_from(("", "", "", "\ufeff")),
    st.lists(_line, max_size=12),
)
texts = st.one_of(near_dockerfiles, st.text(max_size=60))

_instruction = st.sampled_from(
    (
        "WORKDIR /app",
        "COPY a b ./",
        "COPY \\\n    a \\\n  # why\n    b \\\n    ./",
        'CMD ["a", "b"]',
        "RUN <<EOF\n  one\nEOF",
        "RUN a \\\n\n  && b",
        "ENV A=b C=d",
        "onbuild run x",
    )
)
_gap = st.sampled_from(("", "", "\n", "# about it\n", "# ws:other\n", "   \n"))


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """A Dockerfile without problems, in one of the ways people write them."""
    lines = ["FROM a AS b\n"]
    for instruction in draw(st.lists(_instruction, min_size=1, max_size=6)):
        indent = draw(st.sampled_from(("", "", "  ")))
        lines += (draw(_gap), indent, instruction, "\n")
    text = "".join(lines)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(("", "", "\ufeff", "# syntax=x\n"))) + text
