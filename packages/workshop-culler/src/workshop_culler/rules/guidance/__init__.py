"""What instructors and assistants help with: hints, and who needs one."""
