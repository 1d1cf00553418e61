static float nn_silu(float z) { return z / (1 + expf(-z)); }
