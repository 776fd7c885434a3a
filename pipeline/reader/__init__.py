"""The shipped model: windows of wordpieces in, annotated spaCy Docs out."""
