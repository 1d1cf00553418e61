static float nn_hard_sigmoid(float z) { return z < -3 ? 0 : z > 3 ? 1 : z / 6 + 0.5f; }
