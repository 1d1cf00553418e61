static float nn_leaky_relu(float z, float slope) { return z > 0 ? z : slope * z; }
