"""What was found, and how it is printed: one vocabulary for every report. No input or output."""
