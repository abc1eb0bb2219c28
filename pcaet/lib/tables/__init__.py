"""Tables that people own: read from files or pasted, found wherever they stand."""
