"""Where an instance keeps its data, and which changes would part the two. Pure; docs/howto/move-data.md is for people."""
