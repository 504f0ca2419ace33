"""The operator's desk: a page in the browser to take callers and to note what was said.

What operators do here is kept by `callcenter.desk`; this room shows it and asks for it.
"""
