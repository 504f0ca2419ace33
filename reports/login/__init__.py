"""How people get in: password, second step, lock-out; never what they see."""
