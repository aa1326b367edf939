from doorward.edges.entropy import SystemEntropy


def test_as_many_bytes_as_asked_are_drawn_and_not_the_same_twice() -> None:
    """Thirty-two bytes drawn twice are different."""
    entropy = SystemEntropy()

    assert len(entropy.bytes(32)) == 32
    assert entropy.bytes(32) != entropy.bytes(32)


def test_numbers_stay_below_their_limit_and_reach_each_below_it() -> None:
    """Of three numbers each comes up within 400 draws, and nothing else does."""
    entropy = SystemEntropy()

    assert {entropy.below(3) for _ in range(400)} == {0, 1, 2}
