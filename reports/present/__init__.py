"""How values read on a page or in a file: formats, masking, names, colours, links."""
