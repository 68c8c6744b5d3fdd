"""The mathematics: arrays in, frozen results out; no disk, database, clock or logger."""
