"""Files to faces: what is done to each file, in worker processes that may crash or be killed."""
