"""One user intent per file: ports come in, reports go out, nothing is printed."""
