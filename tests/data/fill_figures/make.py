"""Prints the figures that tests/core/test_fill_figures.cpp holds: python make.py

Written from the definitions with numpy alone, SSIM by scikit-image (0.26). The pictures are made by
the same formulas as in the test.
"""

import math

import numpy as np
from skimage.metrics import structural_similarity

W, H = 61, 47
y, x, c = np.mgrid[0:H, 0:W, 0:3]
truth = (128 + 90 * np.sin(x / (4 + c)) * np.cos(y / 5) + (x * 7 + y * 13 + x * y * (c + 1)) % 23).astype(int)
hole = (((x - 25) ** 2 + (y - 20) ** 2 < 170) | ((x > 40) & (y % 9 < 4)) | ((x < 5) & (y > 35)))[:, :, 0]
other = np.clip((truth + (x * 31 + y * 17 + c * 11) % 61 - 25) * 7 // 8, 0, 255)
fill = np.where(hole[:, :, None], other, truth)
second = np.where(hole[:, :, None], np.clip(other + x % 5, 0, 255), truth)

M64 = 2**64 - 1


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & M64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
    return z ^ (z >> 31)


def unit(bits):
    return (bits >> 11) * 2.0**-53


def luma(p):
    return p @ np.array([0.299, 0.587, 0.114])


def grad(p, inner):
    g = luma(p)
    dx, dy = np.zeros_like(g), np.zeros_like(g)
    dx[:, :-1] = g[:, 1:] - g[:, :-1]
    dy[:-1, :] = g[1:, :] - g[:-1, :]
    return np.sqrt(dx**2 + dy**2)[inner].sum()


def seam(p):
    across = np.abs(p[:, 1:] - p[:, :-1]).sum(2)[hole[:, 1:] != hole[:, :-1]].sum()
    return across + np.abs(p[1:] - p[:-1]).sum(2)[hole[1:] != hole[:-1]].sum()


def windows(p, texture):
    rows = []
    for j in range(3, H - 3):
        for i in range(3, W - 3):
            if hole[j, i]:
                w = p[j - 3:j + 4, i - 3:i + 4].astype(float) / 255
                rows.append((w - w.mean((0, 1)) if texture else w).ravel())
    return np.array(rows)


def swd(texture):
    a, b = windows(fill, texture), windows(truth, texture)
    total = 0
    for d in range(128):
        seed = mix(mix(mix(5) ^ 14) ^ d)
        v = np.array([math.sqrt(-2 * math.log(1 - unit(mix((seed + 2 * i) & M64)))) *
                      math.cos(2 * math.pi * unit(mix((seed + 2 * i + 1) & M64))) for i in range(147)])
        v /= np.linalg.norm(v)
        total += np.abs(np.sort(a @ v) - np.sort(b @ v)).mean()
    return 1000 * total / 128


inner = np.ones_like(hole)
for j in range(H):
    for i in range(W):
        inner[j, i] = hole[max(0, j - 2):j + 3, max(0, i - 2):i + 3].all()
off = (fill - truth).astype(float)
_, similar = structural_similarity(luma(fill), luma(truth), data_range=255, gaussian_weights=True, sigma=1.5,
                                   use_sample_covariance=False, full=True)
similar, held = similar[5:-5, 5:-5], hole[5:-5, 5:-5]
figures = {
    "l1": 100 / 255 * np.abs(off)[hole].mean(),
    "psnr_hole": 10 * math.log10(255**2 / (off**2)[hole].mean()),
    "psnr": 10 * math.log10(255**2 / (off**2).mean()),
    "ssim": similar.mean(),
    "ssim_hole": similar[held].mean(),
    "grad": grad(fill, inner) / grad(truth, inner),
    "swd": swd(False),
    "swdhp": swd(True),
    "seam": seam(fill) / seam(truth),
    "spread": np.abs(second - fill)[hole].mean(),
}
print(hole.sum(), inner.sum(), off.min(), off.max())
for key, value in figures.items():
    print(f'{{"{key}", {value:.9g}}},')
