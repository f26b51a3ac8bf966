"""What Hypothesis draws for several files of tests."""

from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None))
