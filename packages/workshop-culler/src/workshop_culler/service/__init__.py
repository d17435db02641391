"""The HTTP half: the instructor's page, what sessions ask for, and who may ask."""
