"""Parts of a screen: each draws values and posts messages, and knows no other part."""
