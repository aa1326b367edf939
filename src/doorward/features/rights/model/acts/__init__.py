"""What is asked about roles and permissions, and what comes of it."""
