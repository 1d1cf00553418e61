static float nn_selu(float z) { return 1.05070099f * (z > 0 ? z : 1.67326324f * expm1f(z)); }
