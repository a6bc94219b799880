"""The entry point: the command line goes in, the exit code comes out; `hook` takes a way on which almost nothing is imported."""

import sys


def main() -> None:
    """Run `git traj …` (the console script `git-traj`)."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"]:
        from gittraj.cli.hook import run as run_hook

        sys.exit(run_hook(arguments[1:]))
    from gittraj.cli.app import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
