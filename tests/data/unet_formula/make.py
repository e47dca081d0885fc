"""Makes outputs.json beside this file with diffusers: python make.py

Weights and inputs are formulas of their name and place, which the test repeats, so that only
configurations and a few values of each output are stored. Computed in double precision.
"""

import json
import math
import pathlib

import torch
from diffusers import UNet2DModel

A, D, U, B = "AttnDownBlock2D", "DownBlock2D", "UpBlock2D", "AttnUpBlock2D"
four = dict(down_block_types=(D, A, A, A), up_block_types=(B, B, B, U))
two = dict(down_block_types=(D, A), up_block_types=(B, U), block_out_channels=(16, 32), norm_num_groups=8)
configs = {
    "defaults, narrow": dict(four, block_out_channels=(32, 64, 64, 96)),
    "DDPM": dict(down_block_types=(D, A, D), up_block_types=(U, B, U), block_out_channels=(32, 64, 64),
                 downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6,
                 attention_head_dim=None),
    "scale and shift, classes": dict(two, resnet_time_scale_shift="scale_shift", num_class_embeds=7,
                                     attention_head_dim=16),
    "Fourier": dict(two, time_embedding_type="fourier", attention_head_dim=4),
    "learned times": dict(two, time_embedding_type="learned", num_train_timesteps=20),
    "many heads": dict(two, attention_head_dim=2, layers_per_block=3),
    "resampling in residual blocks": dict(two, down_block_types=(A, A, A), up_block_types=(B, B, B),
                                          block_out_channels=(16, 32, 32), downsample_type="resnet",
                                          upsample_type="resnet"),
    "no attention in the middle": dict(two, add_attention=False),
    "norm of attention": dict(two, attn_norm_num_groups=4, resnet_time_scale_shift="scale_shift",
                              mid_block_scale_factor=math.sqrt(2)),
    "one channel, learned variance": dict(two, in_channels=1, out_channels=2, act_fn="mish"),
    "centred, wide time": dict(two, center_input_sample=True, time_embedding_dim=48, act_fn="gelu"),
}


def phase(name):  # FNV-1a, 32 bit, as an angle
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value / 2**32 * 2 * math.pi


def formula(name, shape):
    n = math.prod(shape)
    values = torch.sin(torch.arange(n, dtype=torch.float64) * 0.7 + phase(name)).reshape(shape)
    if len(shape) > 1 and "." in name:  # a weight: of the size that keeps the size of its inputs
        return values * math.sqrt(2 / math.prod(shape[1:]))
    if name == "time_proj.weight":
        return values
    if name.endswith("weight"):  # of a norm
        return 1 + 0.1 * values
    return 0.1 * values if "." in name else values


outputs = []
for name, settings in configs.items():
    network = UNet2DModel(sample_size=16, **settings).double().eval()
    with torch.no_grad():
        for key, value in network.state_dict().items():
            value.copy_(formula(key, tuple(value.shape)))
    config = network.config
    height, width = 24, 16
    x = formula("x", (2, config.in_channels, height, width))
    t = torch.tensor([3.0, 7.0] if config.time_embedding_type == "learned" else [3.0, 612.5])
    t = t.long() if config.time_embedding_type == "learned" else t.double()
    labels = torch.tensor([5, 1]) if config.num_class_embeds else None
    with torch.no_grad():
        out = network(x, t, labels).sample
    flat = out.flatten()
    places = [i * (flat.numel() - 1) // 23 for i in range(24)]
    keys = {k: v for k, v in config.items() if k != "_use_default_values"}
    outputs.append(dict(name=name, config=keys, height=height, width=width, t=[float(v) for v in t],
                        labels=labels.tolist() if labels is not None else [],
                        largest=float(flat.abs().max()), mean=float(flat.mean()),
                        places=places, values=[float(flat[i]) for i in places]))
    print(name, outputs[-1]["largest"], outputs[-1]["mean"])
text = json.dumps(outputs, indent=1)
(pathlib.Path(__file__).parent / "outputs.json").write_text(text + "\n")
