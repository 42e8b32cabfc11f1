"""The example programme: what a newcomer sees, loaded through the services that people use."""
