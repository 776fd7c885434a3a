"""What ends up in the output folder: rows checked, merged over articles, described, and put in place whole."""
