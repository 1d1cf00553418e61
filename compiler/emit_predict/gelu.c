static float nn_gelu(float z) { return 0.5f * z * (1 + erff(0.707106781f * z)); }
