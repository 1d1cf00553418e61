static float nn_elu(float z, float alpha) { return z > 0 ? z : alpha * expm1f(z); }
