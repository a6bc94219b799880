"""The tables of the index: which rows there are of a note, and how they are found."""

SCHEMA = 2  # of the tables; the program's version goes with it, because another version may judge otherwise
TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notes(id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE, note TEXT NOT NULL, status TEXT NOT NULL,
  edits INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE TABLE segments(id INTEGER NOT NULL, place INTEGER NOT NULL, session TEXT NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY(id, place)) WITHOUT ROWID;
CREATE INDEX by_session ON segments(session, seq);
CREATE TABLE files(id INTEGER NOT NULL, path TEXT NOT NULL, old_path TEXT NOT NULL, ranges BLOB NOT NULL,
  PRIMARY KEY(id, path)) WITHOUT ROWID;
CREATE TABLE edits(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE trails(id INTEGER NOT NULL, place INTEGER NOT NULL, file TEXT NOT NULL, old_file TEXT NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY(id, place)) WITHOUT ROWID;
CREATE TABLE leans(id INTEGER NOT NULL, other TEXT NOT NULL, here INTEGER NOT NULL, PRIMARY KEY(id, other)) WITHOUT ROWID;
CREATE INDEX by_other ON leans(other);
CREATE INDEX by_absence ON leans(here) WHERE NOT here;
CREATE INDEX by_file ON trails(file);
CREATE INDEX by_old_file ON trails(old_file);
"""
