"""Sign-in through Google, Apple and GitHub: settings, the providers they make, and the two routes of a browser."""
