"""What keeps the repository in order: each tool writes its file, and with --check only compares."""
