"""The words of the house: frozen structs and aliases without I/O and without a clock."""
