"""The numbers of SplitMix64 (Steele, Lea & Flood 2014, figure 16), by which every random key and order
is made; `kernels.shuffling` has them once more, compiled."""

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST = 0xBF58476D1CE4E5B9
SECOND = 0x94D049BB133111EB
