"""What a line of a file may say: of an account, of a secret key, of a batch of an authenticator app."""
