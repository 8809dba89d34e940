"""What touches Amazon Connect: clients, pacing, retries, one method per operation, and the life of a user by them."""
