"""Programs in terminals: started, read, written to, and shared between browsers. No HTTP."""
