"""What a host may be called, whether a ticket fits, and what is written into a proxy's configuration."""
