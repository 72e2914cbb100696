"""From passages to claims, by a language model that is believed nothing."""
