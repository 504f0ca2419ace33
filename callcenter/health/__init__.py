"""Whether this installation does its work: for machines here, for people in reports."""
