"""Mail: writing messages and handing them over; plugged in by `app` and `worker` alone."""
