"""What the command line does besides running the stages: adding articles, looking into a corpus, showing one."""
