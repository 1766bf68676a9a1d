"""The whole of a query, read without a screen and written where it is wanted."""
