static float nn_relu(float z) { return z > 0 ? z : 0; }
