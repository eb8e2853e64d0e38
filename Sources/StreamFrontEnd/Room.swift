// Room StreamFrontEnd.
