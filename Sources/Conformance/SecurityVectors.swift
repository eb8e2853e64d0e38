import AIoTDevice
