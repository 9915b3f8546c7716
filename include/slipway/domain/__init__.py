"""The rules of releasing: pure values and functions, standard library only, no clock, no I/O."""
