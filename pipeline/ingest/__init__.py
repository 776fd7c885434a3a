"""Files of any format in, clean articles out: the only place where text is changed.

`read_corpus` streams a folder's articles in the order of their ids, and issues for what could not be read; `read_file`
does one file.
"""

from pipeline.ingest.corpus import read_corpus, read_file

__all__ = ["read_corpus", "read_file"]
