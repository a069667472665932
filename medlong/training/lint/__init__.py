"""What can be known of a training before it begins, one subject a module; each yields its faults."""
