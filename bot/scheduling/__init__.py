"""What is due: slots settled in order of time, and the forecast of those to come."""
