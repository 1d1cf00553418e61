static float nn_sigmoid(float z) { return 1 / (1 + expf(-z)); }
