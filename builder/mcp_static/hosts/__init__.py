"""What each host needs beside the common files, and the embedded host itself."""
