"""The embedded host: answers the standard API from an output folder, for one machine."""
