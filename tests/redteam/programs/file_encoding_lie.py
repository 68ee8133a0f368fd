# -*- coding: ascii -*-
Z1 = -0.7  # éÿþ
