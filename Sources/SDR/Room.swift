// Room SDR.
