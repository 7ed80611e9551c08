"""`python -m dayone_cli` is `dayone`."""

from dayone_cli.main import main

if __name__ == "__main__":
    main()
