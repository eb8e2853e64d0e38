// Tests of one room; filled by this issue.
