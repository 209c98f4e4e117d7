"""What leaves the house: e-mail and webhooks, kept in an outbox until they have arrived."""
