"""What people do with applications: register their hosts, and be handed over to them."""
