"""`make bench`: what the filter costs: the core, natively and as WebAssembly; the strict host, and a gateway without a
filter, with one that copies bodies, and with this one, in turns; a stream; the vault. A report, never a verdict."""
