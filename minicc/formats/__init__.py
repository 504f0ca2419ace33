"""What Django's own formats leave out, one package a language."""
