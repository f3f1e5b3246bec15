"""The page on what the indices carry: a photo down and up through DeconvNet, the comparison with FCN-8s, the files."""
