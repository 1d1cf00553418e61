static float nn_softsign(float z) { return z / (1 + fabsf(z)); }
