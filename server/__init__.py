"""The process: settings, application, command line and worker."""
