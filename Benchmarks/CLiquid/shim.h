#include <liquid/liquid.h>
