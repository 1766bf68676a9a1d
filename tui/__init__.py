"""An explorer for the audit logs of the Portkey AI gateway.

Rooms, from the top floor down: `cli` joins the parts and runs them; `app` draws with Textual, and beside it `archive`
keeps what was fetched, searches it and fills its gaps; `exporting` reads all of a query and writes it where it is
wanted; `session` decides what to fetch, `sources` fetch it, `formats` turn records into text, `state` keeps what
outlives a run, `clipboard` hands text to the reader, `terminal` sends what is drawn over a thin line, `demo` stands in
for the API, `settings` reads files and environment; `private_files` reads and writes files that are nobody else's,
`feeding` runs helper programs; `domain` holds the values all of them speak of.  Imports go down only, and rooms on one
floor don't know each other.
"""

__version__ = "0.1.0"
