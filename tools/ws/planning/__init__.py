"""Pure decisions: workspace and facts in, plans and findings out."""
