"""What marks an SQLite file as a library of this program, readable without sqlite-utils."""

# "phcl" in ASCII: tells `file` and photoclust itself whose SQLite file this is.
APPLICATION_ID = 0x7068636C

# What the newest function of migrations.py leaves in user_version.
SCHEMA_VERSION = 6
