// Room of its own; filled by this issue.
