// Room SoftDevice.
