"""`make demo`: one real release from Dev to live, told as it happens."""
