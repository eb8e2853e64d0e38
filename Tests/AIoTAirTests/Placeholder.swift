import AIoTAir
