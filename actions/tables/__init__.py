"""Tables of actions: their columns, their rows, what they change in a plan."""
