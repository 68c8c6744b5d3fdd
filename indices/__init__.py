"""The mathematics of the index: arrays in, frozen results out; no disk, database, clock or logger."""
