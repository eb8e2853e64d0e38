// Room EmulatedAir.
