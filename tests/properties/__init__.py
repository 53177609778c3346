"""What holds for all inputs, however they are cut."""
