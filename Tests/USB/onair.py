"""tbd"""
def on_air(program, options):
    """tbd"""
