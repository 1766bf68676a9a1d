"""The command line: a module a subcommand; `wiring` alone joins the parts."""
