"""What is done about jobs: beginning and stopping them, looking at them, and working them off."""
