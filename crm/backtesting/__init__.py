"""How good the recommendations would have been: what is recommended before a day against what was bought after it."""
