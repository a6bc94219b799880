"""What a repository demands: who needs a trace, and what a trace must hold up to; small rules, composed, that touch nothing."""
