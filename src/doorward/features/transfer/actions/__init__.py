"""Reading files, importing people, exporting accounts."""
