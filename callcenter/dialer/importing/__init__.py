"""Files that become targets of a list or entries of the do-not-call list: read, shown, checked, carried out."""
