"""What a venue is, and one folder for each."""
