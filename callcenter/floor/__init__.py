"""What is true on the floor, and how an event changes it. Pure: no I/O, no clock, no logging."""
