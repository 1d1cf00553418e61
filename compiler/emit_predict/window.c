/* A square kernel that slides over an image: shapes before and after, and what is padded ahead of
 * the first row and column. */
typedef struct {
    int channels, height, width;
    int filters, out_height, out_width;
    int kernel, stride, dilation, groups, top, left;
} nn_window;
