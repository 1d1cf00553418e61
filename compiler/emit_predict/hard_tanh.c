static float nn_hard_tanh(float z) { return z < -1 ? -1 : z > 1 ? 1 : z; }
