"""The corpus: documents that clients could send; those in `examples` are shown to users as well."""

from pathlib import Path

from server.reference.documents import Document

CORPUS = Path(__file__).parent / "corpus"

DOCUMENTS = [
    Document.read(path, path.relative_to(CORPUS).with_suffix("").as_posix())
    for path in sorted(CORPUS.rglob("*.graphql"))
]
