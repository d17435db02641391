"""Who may do what: rules, scopes and tokens. Nothing here knows the store."""
