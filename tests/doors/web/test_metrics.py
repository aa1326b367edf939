from doorward.doors.web.metrics import Metrics


def test_answers_are_counted() -> None:
    """By method and status, apart for each process."""
    metrics = Metrics("4711")
    metrics.answered("GET", 200)
    metrics.answered("GET", 200)
    page = metrics.page().decode()

    assert 'doorward_requests_total{method="GET",process="4711",status="200"} 2.0' in page


def test_strange_methods_are_counted_together() -> None:
    """Nobody fills the memory by inventing methods."""
    metrics = Metrics("4711")
    metrics.answered("BREW", 405)
    metrics.answered("WHEN", 405)

    assert 'doorward_requests_total{method="other",process="4711",status="405"} 2.0' in metrics.page().decode()


def test_checks_tell_where_the_answer_came_from() -> None:
    """How well the memory of the gate works."""
    metrics = Metrics("4711")
    metrics.recalled.inc()

    assert 'doorward_session_checks_total{answered_from="memory",process="4711"} 1.0' in metrics.page().decode()
