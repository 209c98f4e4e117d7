"""The schema's history, one file a step; `callcenter.store.engine.migrate` applies it."""
