# reference.sh -- nets against stored PyTorch numbers (tests/reference/README.md).
sh tests/reference/run.sh
