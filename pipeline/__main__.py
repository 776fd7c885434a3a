"""`python -m pipeline` is `hearsay`, for environments whose scripts are not on the path."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
