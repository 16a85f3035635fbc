"""The one way to the network: bounded fetches, and DNS."""
