"""One package per agent: where its sessions lie, how they are read, which file operations its tools mean.

`registry` lists them; `interface` says what each gives. Importing an agent's package must cost nothing but `os`: the hook does
it at every commit. Readers and tool tables are imported when something is read.
"""
