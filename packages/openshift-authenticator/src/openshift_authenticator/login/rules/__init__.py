"""Who it is and who may enter; values in, values out."""
