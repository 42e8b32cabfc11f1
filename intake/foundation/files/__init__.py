"""Files that strangers send: recognised by content, made anew without what they hide, kept encrypted."""
