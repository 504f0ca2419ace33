"""What can happen on a leg: each kind of moment with its facts and its words.

A kind carries exactly the facts that its sentence needs: mypy finds a wording that
reads another, and a kind without words cannot be made. Lengths of time are whole
seconds; None is not known. No database.
"""
