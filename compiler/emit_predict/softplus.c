static float nn_softplus(float z) { return (z > 0 ? z : 0) + log1pf(expf(-fabsf(z))); }
