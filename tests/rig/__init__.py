"""The rig of the end-to-end tests: real processes on free loopback ports and a scripted upstream."""
