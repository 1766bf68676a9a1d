"""An exploration without a screen: which pages to fetch, what came of them, and what that changes."""
