# coding: zlib_codec
Z1 = -0.7
