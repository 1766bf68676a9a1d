"""An exploration without a screen: which pages to fetch next, and what came."""
