"""The live floor at run time: keeper, ticker, hub and socket."""
